//! Tells what a reader does to itself from what others do to it, where the signal alone does not.
//!
//! Over a file a reader may fault or abort; the same signals can be sent by anybody. The kernel tells the two apart to the
//! process that is hit, and to nobody else: so the reader looks, and ends with a code of its own when it was sent for.

use std::ptr;

/// How a reader ends that was ended by another process.
pub(super) const SENT_FOR: u8 = 87;

/// Signals that a fault over a file causes.
const FAULTS: [libc::c_int; 7] =
    [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGSYS, libc::SIGTRAP, libc::SIGABRT];

/// Signals to whoever sits at the terminal, and to all it runs: the library ends its readers itself, and none is to stop
/// while it waits for an answer.
const TO_THE_PERSON: [libc::c_int; 6] =
    [libc::SIGINT, libc::SIGHUP, libc::SIGQUIT, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU];

/// Begins to tell them apart. What the system refuses leaves a signal as it is.
pub(super) fn tell_apart() {
    for signal in TO_THE_PERSON {
        // SAFETY: no handler is given.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
    for signal in FAULTS {
        // SAFETY: the action is whole: a handler of three arguments, as its flags say, and an empty mask.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_fault as *const () as usize;
            // The stack may be what overflowed; the runtime has set up another one.
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigemptyset(&raw mut action.sa_mask);
            libc::sigaction(signal, &raw const action, ptr::null_mut());
        }
    }
}

/// Calls nothing but what may be called wherever a signal hits.
extern "C" fn on_fault(signal: libc::c_int, info: *const libc::siginfo_t, _context: *const libc::c_void) {
    // SAFETY: the kernel hands over what it knows of the signal; who sent it is there where somebody did.
    let (is_sent, sender) = unsafe {
        let is_sent = (*info).si_code <= 0;
        (is_sent, if is_sent { (*info).si_pid() } else { 0 })
    };
    // SAFETY: plain numbers, no memory, and no handler is given.
    unsafe {
        if is_sent && sender != libc::getpid() {
            libc::_exit(SENT_FOR.into());
        }
        // Not before: until it has ended, another thread may get the next signal that is sent.
        libc::signal(signal, libc::SIG_DFL);
        if is_sent {
            libc::raise(signal);
        }
        // Otherwise the fault happens once more, and ends the process.
    }
}
