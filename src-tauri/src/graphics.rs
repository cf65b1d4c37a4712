//! How the web view draws where there is no graphics device.

/// Has `WebKitGTK` draw with the CPU at once where there is no graphics device to draw with.
///
/// Its usual way is emulated there, and then takes the processor from everything else: 24 frames a second at rest,
/// against 110 this way, measured with `WebKitGTK` 2.50 on two cores. Whoever sets the variable knows better.
#[cfg(target_os = "linux")]
pub(crate) fn prepare() {
    const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if has_device() || std::env::var_os(VARIABLE).is_some() {
        return;
    }
    // SAFETY: the program has one thread yet, so nobody reads the environment meanwhile.
    unsafe { std::env::set_var(VARIABLE, "1") };
}

/// Other systems' web views see to that themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn prepare() {}

/// Whether the kernel offers a device for rendering.
#[cfg(target_os = "linux")]
fn has_device() -> bool {
    let Ok(devices) = std::fs::read_dir("/dev/dri") else { return false };
    devices.flatten().any(|device| device.file_name().to_string_lossy().starts_with("renderD"))
}
