//! A safe face on libjpeg-turbo: headers, decoding at a reduced scale, encoding.
//!
//! The `turbojpeg` crate's own safe interface refuses a file for any warning, such as two stray bytes between
//! markers that every viewer accepts. This one tells warnings from errors. What is done about a warning is up to `jpeg`.

use std::ffi::CStr;

use turbojpeg::raw;

/// A progressive file may ask for the whole picture to be gone through once per scan; cameras write about ten.
const MOST_SCANS: i32 = 200;

/// What libjpeg-turbo says about a file's header.
pub(crate) struct Header {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Bits a sample; decoding handles 8.
    pub(crate) precision: u32,
    pub(crate) progressive: bool,
    /// Lossless files cannot be decoded at a reduced scale.
    pub(crate) lossless: bool,
    pub(crate) layout: PixelLayout,
}

/// How decoded samples are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PixelLayout {
    Grey,
    Rgb,
    /// As stored; Adobe's files hold 255 minus the ink.
    Cmyk,
}

impl PixelLayout {
    fn raw(self) -> i32 {
        match self {
            Self::Grey => raw::TJPF_TJPF_GRAY,
            Self::Rgb => raw::TJPF_TJPF_RGB,
            Self::Cmyk => raw::TJPF_TJPF_CMYK,
        }
    }

    pub(crate) fn bytes_per_pixel(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }
}

/// What libjpeg-turbo did not like.
pub(crate) enum Complaint {
    /// Odd, but the picture was decoded as far as it goes; the first of possibly many.
    Warning(String),
    /// Nothing was decoded.
    Error(String),
}

/// Decoded samples, tightly packed.
pub(crate) struct Pixels {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) samples: Vec<u8>,
    pub(crate) warning: Option<String>,
}

/// An owned libjpeg-turbo instance, used by one thread at a time.
struct Handle(raw::tjhandle);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle came from tj3Init and is destroyed once, here.
        unsafe { raw::tj3Destroy(self.0) }
    }
}

impl Handle {
    fn new(kind: raw::TJINIT) -> Result<Self, Complaint> {
        // SAFETY: tj3Init takes any integer and answers null for what it cannot do.
        let handle = unsafe { raw::tj3Init(kind as i32) };
        if handle.is_null() {
            return Err(Complaint::Error("libjpeg-turbo could not be started".into()));
        }
        Ok(Self(handle))
    }

    fn get(&self, parameter: raw::TJPARAM) -> i32 {
        // SAFETY: the handle is live; unknown parameters answer -1.
        unsafe { raw::tj3Get(self.0, parameter as i32) }
    }

    fn set(&self, parameter: raw::TJPARAM, value: i32) -> Result<(), Complaint> {
        // SAFETY: the handle is live; values out of range are answered with an error.
        self.check(unsafe { raw::tj3Set(self.0, parameter as i32, value) })
    }

    /// Turns a return value of the last call on this handle into what it complained about.
    fn check(&self, status: i32) -> Result<(), Complaint> {
        if status == 0 {
            return Ok(());
        }
        // SAFETY: the handle is live, and its message is a C string that stays until the next call on it.
        let message = unsafe { CStr::from_ptr(raw::tj3GetErrorStr(self.0)) }.to_string_lossy().into_owned();
        // SAFETY: the handle is live.
        let severity = unsafe { raw::tj3GetErrorCode(self.0) };
        if severity == raw::TJERR_TJERR_WARNING as i32 {
            Err(Complaint::Warning(message))
        } else {
            Err(Complaint::Error(message))
        }
    }

    /// Reads the header; a mere warning about it is dropped, because decoding repeats it.
    fn read_header(&self, jpeg: &[u8]) -> Result<Header, String> {
        // SAFETY: the pointer and the length describe `jpeg`, which outlives the call.
        let status = unsafe { raw::tj3DecompressHeader(self.0, jpeg.as_ptr(), jpeg.len() as raw::size_t) };
        if let Err(Complaint::Error(message)) = self.check(status) {
            return Err(message);
        }
        let size = |parameter| u32::try_from(self.get(parameter)).unwrap_or(0);
        let (width, height) = (size(raw::TJPARAM_TJPARAM_JPEGWIDTH), size(raw::TJPARAM_TJPARAM_JPEGHEIGHT));
        if width == 0 || height == 0 {
            return Err("it holds no picture".into());
        }
        let colorspace = self.get(raw::TJPARAM_TJPARAM_COLORSPACE) as raw::TJCS;
        Ok(Header {
            width,
            height,
            precision: size(raw::TJPARAM_TJPARAM_PRECISION),
            progressive: self.get(raw::TJPARAM_TJPARAM_PROGRESSIVE) == 1,
            lossless: self.get(raw::TJPARAM_TJPARAM_LOSSLESS) == 1,
            layout: match colorspace {
                raw::TJCS_TJCS_GRAY => PixelLayout::Grey,
                raw::TJCS_TJCS_CMYK | raw::TJCS_TJCS_YCCK => PixelLayout::Cmyk,
                _ => PixelLayout::Rgb,
            },
        })
    }
}

/// Reads the header of `jpeg`; the error is libjpeg-turbo's message.
pub(crate) fn read_header(jpeg: &[u8]) -> Result<Header, String> {
    match Handle::new(raw::TJINIT_TJINIT_DECOMPRESS) {
        Ok(handle) => handle.read_header(jpeg),
        Err(Complaint::Warning(message) | Complaint::Error(message)) => Err(message),
    }
}

/// Decodes `jpeg` at `1/denominator` of its size, sides rounded up; the error is libjpeg-turbo's message.
pub(crate) fn decode(jpeg: &[u8], denominator: u32) -> Result<Pixels, String> {
    decode_with_complaints(jpeg, denominator).map_err(|complaint| match complaint {
        Complaint::Warning(message) | Complaint::Error(message) => message,
    })
}

fn decode_with_complaints(jpeg: &[u8], denominator: u32) -> Result<Pixels, Complaint> {
    let handle = Handle::new(raw::TJINIT_TJINIT_DECOMPRESS)?;
    let header = handle.read_header(jpeg).map_err(Complaint::Error)?;
    handle.set(raw::TJPARAM_TJPARAM_SCANLIMIT, MOST_SCANS)?;
    let scale = raw::tjscalingfactor { num: 1, denom: denominator as i32 };
    // SAFETY: the handle is live; a factor that is not supported is answered with an error.
    handle.check(unsafe { raw::tj3SetScalingFactor(handle.0, scale) })?;

    let (width, height) = (header.width.div_ceil(denominator), header.height.div_ceil(denominator));
    let pitch = width as usize * header.layout.bytes_per_pixel();
    let mut samples = vec![0; pitch * height as usize];
    // SAFETY: `jpeg` outlives the call. The same bytes gave the header, so libjpeg-turbo writes `height` rows of
    // `pitch` bytes at most, its scaled size being rounded up just as here; that is the length of `samples`.
    let status = unsafe {
        raw::tj3Decompress8(
            handle.0,
            jpeg.as_ptr(),
            jpeg.len() as raw::size_t,
            samples.as_mut_ptr(),
            pitch as i32,
            header.layout.raw(),
        )
    };
    let warning = match handle.check(status) {
        Ok(()) => None,
        Err(Complaint::Warning(message)) => Some(message),
        Err(error) => return Err(error),
    };
    Ok(Pixels { width, height, samples, warning })
}

/// Encodes tightly packed RGB as a 4:2:0 JPEG of `quality` 1 to 100; the error is libjpeg-turbo's message.
pub(crate) fn encode(width: u32, height: u32, rgb: &[u8], quality: u8) -> Result<Vec<u8>, String> {
    let image = turbojpeg::Image {
        pixels: rgb,
        width: width as usize,
        pitch: width as usize * 3,
        height: height as usize,
        format: turbojpeg::PixelFormat::RGB,
    };
    let compress = || {
        let mut compressor = turbojpeg::Compressor::new()?;
        compressor.set_quality(i32::from(quality.clamp(1, 100)))?;
        compressor.set_subsamp(turbojpeg::Subsamp::Sub2x2)?;
        compressor.compress_to_vec(image)
    };
    compress().map_err(|error| error.to_string())
}
