//! What the Linux kernel lets a reader do: read and write the descriptors it holds, use memory and threads, and end.
//!
//! Three walls, each whole without the others: Landlock closes the file system and TCP, seccomp all system calls but a
//! few, and limits bound memory. Kernels that lack Landlock have the other two.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

/// Address space that no reader goes beyond, whatever it reads.
const MOST_MEMORY: u64 = 6 << 30;

/// Address space beside what an image's header announces: buffers, threads' stacks, the allocator's arenas.
const SPARE_MEMORY: u64 = 768 << 20;

/// Files of the process that it never opens itself: descriptor numbers above standard error.
const FIRST_OTHER_DESCRIPTOR: libc::c_uint = 3;

/// What is left to do for a reader that is confined.
#[derive(Debug)]
pub(super) struct Confinement {
    /// Address space in use once the model is loaded, in bytes.
    base: u64,
}

impl Confinement {
    /// Bounds the address space to what it is now and this many bytes, twice, and something to spare.
    pub(super) fn allow_memory(&self, bytes: u64) {
        let most = self.base.saturating_add(SPARE_MEMORY).saturating_add(bytes.saturating_mul(2));
        let limit = Rlimit { current: Some(most.min(MOST_MEMORY)), ..getrlimit(Resource::As) };
        // Refused only where a stricter limit holds already.
        let _ = setrlimit(Resource::As, limit);
    }
}

/// Closes whatever the starting process left open, and steps forward for when the system runs out of memory.
#[expect(clippy::disallowed_methods, reason = "a setting of the kernel's about this process")]
pub(super) fn leave_everything_behind() {
    // SAFETY: nothing of this process has opened a descriptor yet that is used later; standard input, output and error
    // stay.
    unsafe { libc::close_range(FIRST_OTHER_DESCRIPTOR, libc::c_uint::MAX, 0) };
    // Best effort: it is a matter of who goes first.
    let _ = fs::write("/proc/self/oom_score_adj", "800");
    let _ = rustix::thread::set_name(c"lookalike-read");
}

/// Confines this process for good. Fails with the first wall that does not stand; the others do.
pub(super) fn confine() -> io::Result<Confinement> {
    let base = address_space()?;
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let limited = setrlimit(Resource::Core, none)
        .and_then(|()| setrlimit(Resource::Fsize, none))
        .and_then(|()| {
            setrlimit(Resource::As, Rlimit { current: Some(MOST_MEMORY), maximum: Some(MOST_MEMORY) })
        })
        .map_err(io::Error::from);
    let landlocked = close_file_system();
    let filtered = filter_system_calls();
    limited.and(landlocked).and(filtered).map(|()| Confinement { base })
}

/// Bytes of address space in use.
fn address_space() -> io::Result<u64> {
    let mut text = [0; 64];
    let read = File::open("/proc/self/statm")?.read_at(&mut text, 0)?;
    let pages = std::str::from_utf8(&text[..read]).ok().and_then(|text| text.split(' ').next()?.parse().ok());
    let pages: u64 = pages.ok_or_else(|| io::Error::other("/proc/self/statm is not as it should be"))?;
    Ok(pages * rustix::param::page_size() as u64)
}

/// No rule allows anything.
fn close_file_system() -> io::Result<()> {
    Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(ABI::V5)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self)
        .map(drop)
        .map_err(io::Error::other)
}

fn filter_system_calls() -> io::Result<()> {
    // For `clone3`, whose flags a filter cannot see: told that there is none, the C library takes `clone`. This filter
    // comes first, as the other one refuses to add any.
    let absent = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let refuse = SeccompAction::Errno(libc::EPERM as u32);
    let no_such_call = SeccompAction::Errno(libc::ENOSYS as u32);
    let mut allowed: BTreeMap<i64, Vec<SeccompRule>> =
        ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    allowed.insert(libc::SYS_clone3, Vec::new());
    allowed.insert(libc::SYS_clone, vec![threads_only().map_err(io::Error::other)?]);
    for (calls, otherwise, then) in
        [(absent, SeccompAction::Allow, no_such_call), (allowed, refuse, SeccompAction::Allow)]
    {
        let program = compile(calls, otherwise, then).map_err(io::Error::other)?;
        seccompiler::apply_filter_all_threads(&program).map_err(io::Error::other)?;
    }
    Ok(())
}

fn compile(
    calls: BTreeMap<i64, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    then: SeccompAction,
) -> Result<BpfProgram, seccompiler::BackendError> {
    let architecture = std::env::consts::ARCH.try_into()?;
    SeccompFilter::new(calls, otherwise, then, architecture)?.try_into()
}

/// New threads, and no new processes.
fn threads_only() -> Result<SeccompRule, seccompiler::BackendError> {
    let flag = libc::CLONE_THREAD as u64;
    let is_set = SeccompCmpOp::MaskedEq(flag);
    SeccompRule::new(vec![SeccompCondition::new(0, SeccompCmpArgLen::Qword, is_set, flag)?])
}

/// What decoding, embedding and answering take. Anything else is refused with an error, not with death: libraries ask
/// for much that they can do without.
const ALLOWED: &[i64] = &[
    // Descriptors that are open already.
    libc::SYS_read,
    libc::SYS_pread64,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_sendmsg,
    libc::SYS_sendto,
    libc::SYS_recvmsg,
    libc::SYS_recvfrom,
    libc::SYS_setsockopt,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_statx,
    libc::SYS_ppoll,
    libc::SYS_fcntl,
    // Memory.
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_membarrier,
    // Threads.
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getcpu,
    // Time and chance.
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_getrandom,
    // Signals of its own, limits of its own, and the end. `prlimit64` can lower the hard limits, never raise them.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_tgkill,
    libc::SYS_restart_syscall,
    libc::SYS_prlimit64,
    libc::SYS_exit,
    libc::SYS_exit_group,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
];
