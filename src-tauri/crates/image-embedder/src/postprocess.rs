//! From a model's output tensor to a feature vector: dequantize, scale to unit length, quantize.

use crate::embedding::FeatureVector;
use crate::runtime::Elements;

/// What happens to a model's outputs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Postprocessor {
    pub(crate) l2_normalize: bool,
    pub(crate) quantize: bool,
}

impl Postprocessor {
    /// An empty vector of the kind that [`Self::process`] fills.
    pub(crate) fn empty_vector(self) -> FeatureVector {
        if self.quantize { FeatureVector::Quantized(Vec::new()) } else { FeatureVector::Float(Vec::new()) }
    }

    /// Writes a tensor's values to `vector`, using its memory where it can. `quantization` is the tensor's
    /// scale and zero point; `scratch` is any memory.
    pub(crate) fn process(
        self,
        elements: Elements<'_>,
        quantization: (f32, i32),
        scratch: &mut Vec<f32>,
        vector: &mut FeatureVector,
    ) {
        if !self.quantize {
            let mut values = match vector {
                FeatureVector::Float(values) => std::mem::take(values),
                FeatureVector::Quantized(_) => Vec::new(),
            };
            self.floats(elements, quantization, &mut values);
            *vector = FeatureVector::Float(values);
            return;
        }
        self.floats(elements, quantization, scratch);
        let mut values = match vector {
            FeatureVector::Quantized(values) => std::mem::take(values),
            FeatureVector::Float(_) => Vec::new(),
        };
        values.clear();
        // The cast saturates, which is the clamp to -128..=127.
        values.extend(scratch.iter().map(|value| (value * 128.0).round() as i8));
        *vector = FeatureVector::Quantized(values);
    }

    fn floats(self, elements: Elements<'_>, (scale, zero_point): (f32, i32), values: &mut Vec<f32>) {
        values.clear();
        match elements {
            Elements::Float32(raw) => values.extend_from_slice(raw),
            Elements::Int8(raw) => {
                values.extend(raw.iter().map(|&value| scale * (i32::from(value) - zero_point) as f32));
            }
            Elements::UInt8(raw) => {
                values.extend(raw.iter().map(|&value| scale * (i32::from(value) - zero_point) as f32));
            }
        }
        if self.l2_normalize {
            // Summed in f32 and multiplied by the reciprocal as the Task Library does: quantized values agree.
            let squared: f32 = values.iter().map(|value| value * value).sum();
            // A vector without direction stays as it is.
            if squared > 0.0 {
                let inverse = 1.0 / squared.sqrt();
                for value in values {
                    *value *= inverse;
                }
            }
        }
    }
}
