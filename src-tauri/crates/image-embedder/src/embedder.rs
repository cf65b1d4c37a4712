//! The embedder itself: ties a model, its preprocessing and its runtime together.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::embedding::{Embedding, EmbeddingResult};
use crate::error::{Error, Result};
use crate::image::{Region, RgbView};
use crate::model::{ElementType, ModelDescription};
use crate::options::{ImageEmbedderOptions, ModelSource, Normalization};
use crate::postprocess::Postprocessor;
use crate::preprocess::Preprocessor;
use crate::runtime::{self, Interpreter};

/// Turns images into embeddings with one TFLite model.
///
/// It can move between threads but serves one at a time; for more, create one for each, from the same
/// [`ModelSource::Content`].
pub struct ImageEmbedder {
    options: ImageEmbedderOptions,
    model: ModelDescription,
    preprocessor: Preprocessor,
    interpreter: Box<dyn Interpreter>,
    postprocessor: Postprocessor,
    scratch: Vec<f32>,
}

impl ImageEmbedder {
    /// An embedder for a model file, with the Task Library's defaults.
    pub fn create_from_file(path: impl Into<PathBuf>) -> Result<Self> {
        Self::create_from_options(ImageEmbedderOptions::new(ModelSource::File(path.into())))
    }

    /// An embedder for a model, as the options say.
    ///
    /// Fails when there is no such file, when it is not a TFLite model, when its input or outputs are not
    /// supported, when a float32 model has no normalization, and when the runtime refuses it.
    pub fn create_from_options(options: ImageEmbedderOptions) -> Result<Self> {
        let bytes = read_model(&options.model)?;
        let model = ModelDescription::read(&bytes)?;
        let normalization = normalization(&options, &model)?;
        Ok(Self {
            preprocessor: Preprocessor::new(&model.input, options.resampling, normalization),
            interpreter: runtime::load(options.runtime, &bytes, &model.tensors(), options.num_threads)?,
            postprocessor: Postprocessor { l2_normalize: options.l2_normalize, quantize: options.quantize },
            scratch: Vec::new(),
            model,
            options,
        })
    }

    /// Embeds an image, or a region of it.
    ///
    /// The region is not clamped: [`Error::RegionOutOfBounds`] when it is empty or reaches outside.
    pub fn embed(&mut self, image: RgbView<'_>, region: Option<Region>) -> Result<EmbeddingResult> {
        let mut result = EmbeddingResult::default();
        self.embed_into(image, region, &mut result)?;
        Ok(result)
    }

    /// [`Self::embed`] into an earlier result, whose memory it uses again.
    ///
    /// After an error the result's content is unspecified.
    pub fn embed_into(
        &mut self,
        image: RgbView<'_>,
        region: Option<Region>,
        result: &mut EmbeddingResult,
    ) -> Result<()> {
        let crop = image.crop(region)?;
        let outputs = &self.model.outputs;
        let postprocessor = self.postprocessor;
        result.embeddings.truncate(outputs.len());
        for output_index in result.embeddings.len()..outputs.len() {
            let feature_vector = postprocessor.empty_vector();
            result.embeddings.push(Embedding { feature_vector, output_index });
        }
        let input = self.preprocessor.prepare(&crop)?;
        self.interpreter.run(input, &mut |index, elements| {
            let embedding = &mut result.embeddings[index];
            embedding.output_index = index;
            let quantization = outputs[index].quantization;
            postprocessor.process(elements, quantization, &mut self.scratch, &mut embedding.feature_vector);
            Ok(())
        })
    }

    /// How many values the embedding of output `index` has; `None` when there is no such output.
    pub fn get_embedding_dimension(&self, index: usize) -> Option<usize> {
        self.model.outputs.get(index).map(|output| output.dimension)
    }

    /// How many embeddings one image gives.
    pub fn number_of_output_layers(&self) -> usize {
        self.model.outputs.len()
    }

    /// The name of output `index`: from the metadata, else the tensor's own; `None` when there is no such
    /// output.
    pub fn output_name(&self, index: usize) -> Option<&str> {
        self.model.outputs.get(index).map(|output| output.name.as_str())
    }

    /// Width and height in pixels of the model's input.
    pub fn input_size(&self) -> (u32, u32) {
        (self.model.input.width, self.model.input.height)
    }

    /// The options the embedder was created from.
    pub fn options(&self) -> &ImageEmbedderOptions {
        &self.options
    }
}

/// The bytes that the options name.
pub(crate) fn read_model(model: &ModelSource) -> Result<Arc<[u8]>> {
    let path = match model {
        ModelSource::File(path) => path.clone(),
        ModelSource::Content(bytes) => return Ok(Arc::clone(bytes)),
    };
    match std::fs::read(&path) {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::ModelMissing { path }),
        Err(source) => Err(Error::ModelUnreadable { path, source }),
    }
}

/// How the model's input is normalized; `None` when it takes pixels as they are.
pub(crate) fn normalization(
    options: &ImageEmbedderOptions,
    model: &ModelDescription,
) -> Result<Option<Normalization>> {
    match model.input.element {
        ElementType::UInt8 | ElementType::Int8 => Ok(None),
        ElementType::Float32 => {
            options.normalization.or(model.normalization).ok_or(Error::MissingNormalization).map(Some)
        }
    }
}
