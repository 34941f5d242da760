//! The allocator's settings of the program, for figures that are those of the program.
#![expect(unsafe_code, reason = "an option of the allocator")]

/// As `app/src/memory.rs` does it: freed memory is kept for some seconds.
pub fn keep_freed_memory() {
    // SAFETY: sets `mi_option_purge_delay`, a number that the allocator reads when it frees memory.
    unsafe { libmimalloc_sys::mi_option_set(15, 1000) }
}
