//! The vector registers of the processor, behind one trait.
//!
//! Kernels are written once, generic over [`Simd`], and compiled for each instruction set inside a function that
//! enables it ([`dispatch`]). Not here: the kernels themselves.

use std::sync::OnceLock;

/// The instruction sets that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    /// 512-bit registers with masks.
    Avx512,
    /// 256-bit registers with fused multiply-add.
    Avx2,
    /// Whatever the compiler makes of arrays of eight (NEON on ARM).
    Portable,
}

impl Isa {
    /// The best instruction set of this processor.
    pub fn detect() -> Self {
        static ISA: OnceLock<Isa> = OnceLock::new();
        *ISA.get_or_init(|| {
            #[cfg(target_arch = "x86_64")]
            {
                if is_x86_feature_detected!("avx512f") {
                    return Self::Avx512;
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    return Self::Avx2;
                }
            }
            Self::Portable
        })
    }

    /// Vectors side by side in one panel of a packed matrix; see [`super::gemm`].
    pub const fn panel_vectors(self) -> usize {
        match self {
            Self::Avx512 => 4,
            Self::Avx2 | Self::Portable => 2,
        }
    }

    /// Lanes of one vector.
    pub const fn lanes(self) -> usize {
        match self {
            Self::Avx512 => 16,
            Self::Avx2 | Self::Portable => 8,
        }
    }
}

/// One kind of vector register holding `f32` lanes.
///
/// # Safety
/// All methods may only be called where the instruction set is enabled; pointers must be valid for the lanes they
/// are read or written with. They need no alignment.
pub trait Simd: Copy {
    /// The register.
    type V: Copy;
    /// Lanes of one register.
    const LANES: usize;
    /// All lanes the same.
    unsafe fn splat(value: f32) -> Self::V;
    /// All lanes from memory.
    unsafe fn load(from: *const f32) -> Self::V;
    /// The first `lanes` from memory, the others zero.
    unsafe fn load_first(from: *const f32, lanes: usize) -> Self::V;
    /// All lanes to memory.
    unsafe fn store(to: *mut f32, value: Self::V);
    /// The first `lanes` to memory.
    unsafe fn store_first(to: *mut f32, value: Self::V, lanes: usize);
    /// `a + b`.
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    /// The larger of each lane.
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    /// `a · b + c`.
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;

    /// The first `lanes` from memory; `FULL` promises that `lanes` is all of them.
    #[inline(always)]
    unsafe fn load_lanes<const FULL: bool>(from: *const f32, lanes: usize) -> Self::V {
        if FULL { unsafe { Self::load(from) } } else { unsafe { Self::load_first(from, lanes) } }
    }

    /// The first `lanes` to memory; `FULL` promises that `lanes` is all of them.
    #[inline(always)]
    unsafe fn store_lanes<const FULL: bool>(to: *mut f32, value: Self::V, lanes: usize) {
        if FULL { unsafe { Self::store(to, value) } } else { unsafe { Self::store_first(to, value, lanes) } }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256, __m512, _mm256_add_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_max_ps, _mm256_set1_ps,
        _mm256_storeu_ps, _mm512_add_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_mask_storeu_ps,
        _mm512_maskz_loadu_ps, _mm512_max_ps, _mm512_set1_ps, _mm512_storeu_ps,
    };

    use super::Simd;

    /// 512-bit registers.
    #[derive(Clone, Copy)]
    pub struct Avx512;

    #[inline(always)]
    fn mask(lanes: usize) -> u16 {
        ((1u32 << lanes) - 1) as u16
    }

    impl Simd for Avx512 {
        type V = __m512;
        const LANES: usize = 16;
        #[inline(always)]
        unsafe fn splat(value: f32) -> __m512 {
            unsafe { _mm512_set1_ps(value) }
        }
        #[inline(always)]
        unsafe fn load(from: *const f32) -> __m512 {
            unsafe { _mm512_loadu_ps(from) }
        }
        #[inline(always)]
        unsafe fn load_first(from: *const f32, lanes: usize) -> __m512 {
            unsafe { _mm512_maskz_loadu_ps(mask(lanes), from) }
        }
        #[inline(always)]
        unsafe fn store(to: *mut f32, value: __m512) {
            unsafe { _mm512_storeu_ps(to, value) }
        }
        #[inline(always)]
        unsafe fn store_first(to: *mut f32, value: __m512, lanes: usize) {
            unsafe { _mm512_mask_storeu_ps(to, mask(lanes), value) }
        }
        #[inline(always)]
        unsafe fn add(a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_add_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn max(a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_max_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn fma(a: __m512, b: __m512, c: __m512) -> __m512 {
            unsafe { _mm512_fmadd_ps(a, b, c) }
        }
    }

    /// 256-bit registers with fused multiply-add.
    #[derive(Clone, Copy)]
    pub struct Avx2;

    impl Simd for Avx2 {
        type V = __m256;
        const LANES: usize = 8;
        #[inline(always)]
        unsafe fn splat(value: f32) -> __m256 {
            unsafe { _mm256_set1_ps(value) }
        }
        #[inline(always)]
        unsafe fn load(from: *const f32) -> __m256 {
            unsafe { _mm256_loadu_ps(from) }
        }
        #[inline(always)]
        unsafe fn load_first(from: *const f32, lanes: usize) -> __m256 {
            let mut buffer = [0f32; 8];
            unsafe {
                std::ptr::copy_nonoverlapping(from, buffer.as_mut_ptr(), lanes);
                _mm256_loadu_ps(buffer.as_ptr())
            }
        }
        #[inline(always)]
        unsafe fn store(to: *mut f32, value: __m256) {
            unsafe { _mm256_storeu_ps(to, value) }
        }
        #[inline(always)]
        unsafe fn store_first(to: *mut f32, value: __m256, lanes: usize) {
            let mut buffer = [0f32; 8];
            unsafe {
                _mm256_storeu_ps(buffer.as_mut_ptr(), value);
                std::ptr::copy_nonoverlapping(buffer.as_ptr(), to, lanes);
            }
        }
        #[inline(always)]
        unsafe fn add(a: __m256, b: __m256) -> __m256 {
            unsafe { _mm256_add_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn max(a: __m256, b: __m256) -> __m256 {
            unsafe { _mm256_max_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn fma(a: __m256, b: __m256, c: __m256) -> __m256 {
            unsafe { _mm256_fmadd_ps(a, b, c) }
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub use self::x86::{Avx2, Avx512};

/// Arrays of eight, for every other processor.
#[derive(Clone, Copy)]
pub struct Portable;

impl Simd for Portable {
    type V = [f32; 8];
    const LANES: usize = 8;
    #[inline(always)]
    unsafe fn splat(value: f32) -> [f32; 8] {
        [value; 8]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> [f32; 8] {
        unsafe { from.cast::<[f32; 8]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn load_first(from: *const f32, lanes: usize) -> [f32; 8] {
        let mut value = [0f32; 8];
        unsafe { std::ptr::copy_nonoverlapping(from, value.as_mut_ptr(), lanes) };
        value
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, value: [f32; 8]) {
        unsafe { to.cast::<[f32; 8]>().write_unaligned(value) };
    }
    #[inline(always)]
    unsafe fn store_first(to: *mut f32, value: [f32; 8], lanes: usize) {
        unsafe { std::ptr::copy_nonoverlapping(value.as_ptr(), to, lanes) };
    }
    #[inline(always)]
    unsafe fn add(a: [f32; 8], b: [f32; 8]) -> [f32; 8] {
        std::array::from_fn(|lane| a[lane] + b[lane])
    }
    #[inline(always)]
    unsafe fn max(a: [f32; 8], b: [f32; 8]) -> [f32; 8] {
        std::array::from_fn(|lane| a[lane].max(b[lane]))
    }
    #[inline(always)]
    unsafe fn fma(a: [f32; 8], b: [f32; 8], c: [f32; 8]) -> [f32; 8] {
        // `mul_add` is a slow library call where the processor has no such instruction; 64-bit ARM always has it.
        if cfg!(target_arch = "aarch64") {
            std::array::from_fn(|lane| a[lane].mul_add(b[lane], c[lane]))
        } else {
            std::array::from_fn(|lane| a[lane] * b[lane] + c[lane])
        }
    }
}

/// Work that is compiled once for every instruction set.
pub trait Kernel {
    /// What the work returns.
    type Output;
    /// Does the work. Implementations are `#[inline(always)]`, so that they are compiled with the instruction set of
    /// the function they are called from.
    ///
    /// # Safety
    /// The instruction set of `S` must be enabled in the caller; further demands are the implementation's.
    unsafe fn run<S: Simd, const NV: usize, const MR: usize>(self) -> Self::Output;
}

/// Runs a kernel with `isa`. `NV` is the number of vectors in a packed panel and `MR` the number of rows that fill
/// the remaining registers with accumulators.
///
/// # Safety
/// As [`Kernel::run`], except for the instruction set, which this function sees to: `isa` must come from
/// [`Isa::detect`] or be [`Isa::Portable`].
pub unsafe fn dispatch<K: Kernel>(isa: Isa, kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx2,fma")]
        unsafe fn avx512<K: Kernel>(kernel: K) -> K::Output {
            unsafe { kernel.run::<Avx512, 4, 6>() }
        }
        #[target_feature(enable = "avx2,fma")]
        unsafe fn avx2<K: Kernel>(kernel: K) -> K::Output {
            unsafe { kernel.run::<Avx2, 2, 6>() }
        }
        match isa {
            // SAFETY: the caller vouches for the instruction set.
            Isa::Avx512 => return unsafe { avx512(kernel) },
            // SAFETY: as above.
            Isa::Avx2 => return unsafe { avx2(kernel) },
            Isa::Portable => {}
        }
    }
    // SAFETY: the portable vectors need no instruction set.
    unsafe { kernel.run::<Portable, 2, 4>() }
}
