//! LiteRT through its C API. The safe crate `litert` has no way to set the thread count or the log level
//! and copies the model for each user, so this calls `litert-sys`; all `unsafe` of the crate is here.

use std::ffi::{CString, c_char, c_void};
use std::num::NonZeroU32;
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::Arc;

use litert_sys as sys;

use super::{Elements, Interpreter};
use crate::error::{Error, Result};
use crate::model::{ElementType, TensorShape, Tensors};

/// A compiled model and its buffers.
///
/// Fields are dropped in order: each handle goes before what it was made from.
pub(crate) struct LiteRt {
    input: TensorBuffer,
    /// In the model's own order, which need not be the signature's.
    outputs: Vec<TensorBuffer>,
    /// The output buffers' raw handles in the signature's order.
    signature_outputs: Vec<sys::LiteRtTensorBuffer>,
    /// The outputs' places in the model's own order, in the signature's.
    order: Vec<usize>,
    compiled: Handle<sys::LiteRtCompiledModelT>,
    _model: Handle<sys::LiteRtModelT>,
    environment: Handle<sys::LiteRtEnvironmentT>,
    _bytes: Arc<[u8]>,
}

// SAFETY: the handles are owned, reached only through `&mut self`, and LiteRT ties none of them to a thread.
unsafe impl Send for LiteRt {}

impl LiteRt {
    /// Verifies and compiles the model, and makes its buffers.
    pub(crate) fn load(bytes: Arc<[u8]>, tensors: &Tensors, num_threads: Option<NonZeroU32>) -> Result<Self> {
        let environment = create_environment()?;
        // SAFETY: `bytes` outlive the model: they are dropped after it.
        let model = unsafe {
            Handle::create("load the model", sys::LiteRtDestroyModel, |model| {
                sys::LiteRtCreateModelFromBuffer(bytes.as_ptr().cast(), bytes.len(), model)
            })?
        };
        let options = create_options(num_threads)?;
        // SAFETY: all three handles are live; the compiled model outlives none it needs.
        let compiled = unsafe {
            Handle::create("compile the model", sys::LiteRtDestroyCompiledModel, |compiled| {
                sys::LiteRtCreateCompiledModel(environment.raw(), model.raw(), options.raw(), compiled)
            })?
        };
        let (input, outputs) = buffers(&environment, tensors)?;
        let order = signature_order(&model, tensors)?;
        Ok(Self {
            signature_outputs: handles(&outputs, &order),
            input,
            outputs,
            order,
            compiled,
            _model: model,
            environment,
            _bytes: bytes,
        })
    }
}

/// Memory for what goes in and for what comes out.
fn buffers(
    environment: &Handle<sys::LiteRtEnvironmentT>,
    tensors: &Tensors,
) -> Result<(TensorBuffer, Vec<TensorBuffer>)> {
    let input = TensorBuffer::create(environment, &tensors.input)?;
    let outputs = tensors.outputs.iter().map(|(_, shape)| TensorBuffer::create(environment, shape));
    Ok((input, outputs.collect::<Result<_>>()?))
}

fn handles(outputs: &[TensorBuffer], order: &[usize]) -> Vec<sys::LiteRtTensorBuffer> {
    order.iter().map(|position| outputs[*position].handle.raw()).collect()
}

impl Interpreter for LiteRt {
    fn run(
        &mut self,
        input: Elements<'_>,
        visit: &mut dyn FnMut(usize, Elements<'_>) -> Result<()>,
    ) -> Result<()> {
        self.input.write(input)?;
        let mut inputs = [self.input.handle.raw()];
        // SAFETY: the handles are live and no buffer is locked; both arrays have the lengths given.
        let status = unsafe {
            sys::LiteRtRunCompiledModel(
                self.compiled.raw(),
                0,
                inputs.len(),
                inputs.as_mut_ptr(),
                self.signature_outputs.len(),
                self.signature_outputs.as_mut_ptr(),
            )
        };
        check("run the model", status)?;
        for (index, output) in self.outputs.iter().enumerate() {
            output.read(|elements| visit(index, elements))?;
        }
        Ok(())
    }

    fn resize(&mut self, tensors: &Tensors) -> Result<()> {
        let sizes = &tensors.input.sizes;
        // SAFETY: the handle is live and no buffer is locked; the sizes are copied during the call.
        let status = unsafe {
            sys::LiteRtCompiledModelResizeInputTensorNonStrict(
                self.compiled.raw(),
                0,
                0,
                sizes.as_ptr(),
                sizes.len(),
            )
        };
        check("take images of another size", status)?;
        let (input, outputs) = buffers(&self.environment, tensors)?;
        self.signature_outputs = handles(&outputs, &self.order);
        (self.input, self.outputs) = (input, outputs);
        Ok(())
    }
}

fn create_environment() -> Result<Handle<sys::LiteRtEnvironmentT>> {
    let option = |tag, value| sys::LiteRtEnvOption {
        tag,
        value: sys::LiteRtAny {
            type_: sys::kLiteRtAnyTypeInt,
            __bindgen_anon_1: sys::LiteRtAny__bindgen_ty_1 { int_value: value },
        },
    };
    let options = [
        option(sys::kLiteRtEnvOptionTagMinLoggerSeverity, i64::from(sys::kLiteRtLogSeverityError)),
        // Otherwise it looks for GPU and NPU libraries to load.
        option(sys::kLiteRtEnvOptionTagAutoRegisterAccelerators, sys::kLiteRtHwAcceleratorCpu.into()),
    ];
    // SAFETY: the options are copied during the call.
    unsafe {
        Handle::create("start", sys::LiteRtDestroyEnvironment, |environment| {
            sys::LiteRtCreateEnvironment(options.len() as _, options.as_ptr(), environment)
        })
    }
}

fn create_options(num_threads: Option<NonZeroU32>) -> Result<Handle<sys::LiteRtOptionsT>> {
    // SAFETY: the call only writes the new handle.
    let options = unsafe {
        Handle::create("make options", sys::LiteRtDestroyOptions, |options| {
            sys::LiteRtCreateOptions(options)
        })?
    };
    // SAFETY: `options` is live.
    check("choose the CPU", unsafe {
        sys::LiteRtSetOptionsHardwareAccelerators(options.raw(), sys::kLiteRtHwAcceleratorCpu as _)
    })?;
    if let Some(threads) = num_threads {
        set_threads(&options, threads)?;
    }
    Ok(options)
}

/// The library does not export the C API's own setter, but reads the TOML that it would have written.
fn set_threads(options: &Handle<sys::LiteRtOptionsT>, threads: NonZeroU32) -> Result<()> {
    unsafe extern "C" fn free_text(text: *mut c_void) {
        // SAFETY: LiteRT hands back, once, the pointer it got from `CString::into_raw` below.
        drop(unsafe { CString::from_raw(text.cast::<c_char>()) });
    }
    let action = "set the thread count";
    let text = CString::new(format!("num_threads = {threads}\n"))
        .map_err(|error| Error::Runtime { action, reason: error.to_string() })?;
    let text = text.into_raw();
    let mut cpu_options: sys::LiteRtOpaqueOptions = ptr::null_mut();
    // SAFETY: on success LiteRT owns the text and frees it with `free_text`.
    let status = unsafe {
        sys::LiteRtCreateOpaqueOptions(
            c"xnnpack".as_ptr(),
            text.cast(),
            Some(free_text),
            &raw mut cpu_options,
        )
    };
    if let Err(error) = check(action, status) {
        // SAFETY: LiteRT refused the text, so it is still ours.
        unsafe { free_text(text.cast()) };
        return Err(error);
    }
    // SAFETY: both handles are live; `options` takes the other over.
    check(action, unsafe { sys::LiteRtAddOpaqueOptions(options.raw(), cpu_options) })
}

/// For each output of the model's first signature, its place among the model's own outputs.
fn signature_order(model: &Handle<sys::LiteRtModelT>, tensors: &Tensors) -> Result<Vec<usize>> {
    let action = "read the model's signature";
    let mut signature: sys::LiteRtSignature = ptr::null_mut();
    let mut count = 0;
    // SAFETY: the model is live and owns the signature; both calls only write their last argument.
    unsafe {
        check(action, sys::LiteRtGetModelSignature(model.raw(), 0, &raw mut signature))?;
        check(action, sys::LiteRtGetNumSignatureOutputs(signature, &raw mut count))?;
    }
    let order = (0..count).map(|i| {
        let mut tensor: sys::LiteRtTensor = ptr::null_mut();
        let mut index = 0;
        // SAFETY: the signature is live and owns the tensor; both calls only write their last argument.
        unsafe {
            check(action, sys::LiteRtGetSignatureOutputTensorByIndex(signature, i, &raw mut tensor))?;
            check(action, sys::LiteRtGetTensorIndex(tensor, &raw mut index))?;
        }
        let position = tensors.outputs.iter().position(|(tensor, _)| *tensor == index);
        position.ok_or_else(|| Error::Runtime {
            action,
            reason: format!("its output {i} is not one of the main graph's"),
        })
    });
    let order = order.collect::<Result<Vec<_>>>()?;
    if order.len() != tensors.outputs.len() {
        let reason = format!("it has {} outputs, the main graph {}", order.len(), tensors.outputs.len());
        return Err(Error::Runtime { action, reason });
    }
    Ok(order)
}

/// A tensor's memory, owned by LiteRT.
struct TensorBuffer {
    handle: Handle<sys::LiteRtTensorBufferT>,
    element: ElementType,
    length: usize,
}

impl TensorBuffer {
    fn create(environment: &Handle<sys::LiteRtEnvironmentT>, tensor: &TensorShape) -> Result<Self> {
        let TensorShape { element, sizes: shape } = tensor;
        let length: usize = shape.iter().map(|&size| size as usize).product();
        let (element_type, size) = match element {
            ElementType::UInt8 => (sys::kLiteRtElementTypeUInt8, 1),
            ElementType::Int8 => (sys::kLiteRtElementTypeInt8, 1),
            ElementType::Float32 => (sys::kLiteRtElementTypeFloat32, 4),
        };
        let mut layout = sys::LiteRtLayout::default();
        layout.set_rank(shape.len() as _);
        layout.dimensions[..shape.len()].copy_from_slice(shape);
        let tensor_type = sys::LiteRtRankedTensorType { element_type, layout };
        // SAFETY: the environment is live; the tensor type is copied during the call.
        let handle = unsafe {
            Handle::create("allocate a tensor", sys::LiteRtDestroyTensorBuffer, |buffer| {
                sys::LiteRtCreateManagedTensorBuffer(
                    environment.raw(),
                    sys::kLiteRtTensorBufferTypeHostMemory,
                    &raw const tensor_type,
                    length * size,
                    buffer,
                )
            })?
        };
        Ok(Self { handle, element: *element, length })
    }

    fn write(&mut self, elements: Elements<'_>) -> Result<()> {
        let (source, bytes, fits) = match elements {
            Elements::UInt8(values) => {
                (values.as_ptr(), values.len(), self.holds(ElementType::UInt8, values.len()))
            }
            Elements::Int8(values) => {
                (values.as_ptr().cast(), values.len(), self.holds(ElementType::Int8, values.len()))
            }
            Elements::Float32(values) => {
                (values.as_ptr().cast(), size_of_val(values), self.holds(ElementType::Float32, values.len()))
            }
        };
        if !fits {
            let reason = "wrong element type or length".into();
            return Err(Error::Runtime { action: "write a tensor", reason });
        }
        self.locked(sys::kLiteRtTensorBufferLockModeWrite, |memory| {
            // SAFETY: the locked memory holds `length` elements of `element`, exactly the source's size.
            unsafe { ptr::copy_nonoverlapping(source, memory.as_ptr(), bytes) };
            Ok(())
        })
    }

    fn read(&self, visit: impl FnOnce(Elements<'_>) -> Result<()>) -> Result<()> {
        self.locked(sys::kLiteRtTensorBufferLockModeRead, |memory| {
            let start = memory.as_ptr();
            // SAFETY: the locked memory is aligned to 64 bytes, holds `length` elements of `element`, all
            // bit patterns of which are valid, and stays locked while `visit` runs.
            let elements = unsafe {
                match self.element {
                    ElementType::UInt8 => Elements::UInt8(slice::from_raw_parts(start, self.length)),
                    ElementType::Int8 => Elements::Int8(slice::from_raw_parts(start.cast(), self.length)),
                    ElementType::Float32 => {
                        Elements::Float32(slice::from_raw_parts(start.cast(), self.length))
                    }
                }
            };
            visit(elements)
        })
    }

    fn holds(&self, element: ElementType, length: usize) -> bool {
        self.element == element && self.length == length
    }

    fn locked(
        &self,
        mode: sys::LiteRtTensorBufferLockMode,
        access: impl FnOnce(NonNull<u8>) -> Result<()>,
    ) -> Result<()> {
        let action = "lock a tensor";
        let mut memory: *mut c_void = ptr::null_mut();
        // SAFETY: the buffer is live; the call only writes the pointer.
        check(action, unsafe { sys::LiteRtLockTensorBuffer(self.handle.raw(), &raw mut memory, mode) })?;
        let result = NonNull::new(memory.cast::<u8>())
            .ok_or_else(|| Error::Runtime { action, reason: "no memory".into() })
            .and_then(access);
        // SAFETY: the buffer was locked above.
        check("unlock a tensor", unsafe { sys::LiteRtUnlockTensorBuffer(self.handle.raw()) })?;
        result
    }
}

/// An object of LiteRT's that is destroyed when dropped.
struct Handle<T> {
    raw: NonNull<T>,
    destroy: unsafe extern "C" fn(*mut T),
}

impl<T> Handle<T> {
    /// # Safety
    /// `create` must write a pointer that `destroy` may be called on once, after all that was made from it.
    unsafe fn create(
        action: &'static str,
        destroy: unsafe extern "C" fn(*mut T),
        create: impl FnOnce(*mut *mut T) -> sys::LiteRtStatus,
    ) -> Result<Self> {
        let mut raw = ptr::null_mut();
        check(action, create(&raw mut raw))?;
        let raw = NonNull::new(raw).ok_or_else(|| Error::Runtime { action, reason: "null handle".into() })?;
        Ok(Self { raw, destroy })
    }

    fn raw(&self) -> *mut T {
        self.raw.as_ptr()
    }
}

impl<T> Drop for Handle<T> {
    fn drop(&mut self) {
        // SAFETY: `create`'s caller vouched for this one call.
        unsafe { (self.destroy)(self.raw.as_ptr()) };
    }
}

fn check(action: &'static str, status: sys::LiteRtStatus) -> Result<()> {
    if status == sys::kLiteRtStatusOk {
        return Ok(());
    }
    Err(Error::Runtime { action, reason: format!("LiteRT status {status}") })
}
