//! The program's allocator: freed activations are kept for the next layer instead of going back to the system.

/// Serves all of the program's memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of `mimalloc.h`, which the bindings leave out.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

/// Milliseconds. Large blocks wait ten times as long. The default of 10 gives activations back between two layers, and
/// then a quarter of a training step is spent on fresh pages of zeros.
const DELAY: std::ffi::c_long = 1000;

/// Keeps freed memory for some seconds.
#[expect(unsafe_code, reason = "an option of the allocator")]
pub(crate) fn keep_for_some_seconds() {
    // SAFETY: sets a number that the allocator reads when it frees memory.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, DELAY) }
}
