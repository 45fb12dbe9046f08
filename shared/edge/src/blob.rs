//! R2: objects, whole, in ranges, and in parts.

use crate::PlatformError;
use kernel::ports::Part;
use wasm_bindgen::JsValue;
use worker::{HttpMetadata, Range as R2Range, ResponseBody, UploadedPart};

/// A bucket.
#[derive(Debug, Clone)]
pub struct Bucket(worker::Bucket);

/// What is known of an object without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Length in bytes of the whole object.
    pub bytes: u64,
    /// Its entity tag, quoted, as it goes into a header.
    pub etag: String,
    /// Its media type as it was stored.
    pub content_type: Option<String>,
}

/// An object on its way: hand it to [`crate::Body::Stream`]; its bytes never enter wasm.
#[derive(Debug)]
pub struct Stream(pub(crate) JsValue);

/// Which part of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// All of it.
    Whole,
    /// So many bytes from an offset.
    Part {
        /// Where it begins.
        offset: u64,
        /// How many bytes, at most.
        length: u64,
    },
    /// So many bytes at the end.
    Last(u64),
}

fn media(content_type: &str) -> HttpMetadata {
    HttpMetadata { content_type: Some(content_type.to_owned()), ..HttpMetadata::default() }
}

fn head_of(object: &worker::Object) -> Head {
    Head { bytes: object.size(), etag: object.http_etag(), content_type: object.http_metadata().content_type }
}

impl Bucket {
    pub(crate) fn new(inner: worker::Bucket) -> Self {
        Self(inner)
    }

    /// Stores an object whole.
    ///
    /// # Errors
    /// What the platform refused; likewise below.
    pub async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<(), PlatformError> {
        self.0.put(key, bytes).http_metadata(media(content_type)).execute().await?;
        Ok(())
    }
    /// Looks an object up without its content.
    ///
    /// # Errors
    /// As [`Bucket::put`].
    pub async fn head(&self, key: &str) -> Result<Option<Head>, PlatformError> {
        Ok(self.0.head(key).await?.as_ref().map(head_of))
    }

    async fn object(&self, key: &str, range: Range) -> Result<Option<worker::Object>, PlatformError> {
        let get = self.0.get(key);
        let get = match range {
            Range::Whole => get,
            Range::Part { offset, length } => get.range(R2Range::OffsetWithLength { offset, length }),
            Range::Last(suffix) => get.range(R2Range::Suffix { suffix }),
        };
        Ok(get.execute().await?)
    }
    /// Opens an object, to be passed through to the client.
    ///
    /// # Errors
    /// As [`Bucket::put`]; a range outside the object.
    pub async fn open(&self, key: &str, range: Range) -> Result<Option<(Head, Stream)>, PlatformError> {
        let Some(object) = self.object(key, range).await? else { return Ok(None) };
        let head = head_of(&object);
        match object.body().map(worker::ObjectBody::response_body).transpose()? {
            Some(ResponseBody::Stream(stream)) => Ok(Some((head, Stream(stream.into())))),
            _ => Err(PlatformError("R2 gave an object without a stream".into())),
        }
    }
    /// Reads an object, or a range of it, into memory. For small ones.
    ///
    /// # Errors
    /// As [`Bucket::open`].
    pub async fn bytes(&self, key: &str, range: Range) -> Result<Option<Vec<u8>>, PlatformError> {
        let Some(object) = self.object(key, range).await? else { return Ok(None) };
        match object.body() {
            Some(body) => Ok(Some(body.bytes().await?)),
            None => Err(PlatformError("R2 gave an object without a body".into())),
        }
    }
    /// Removes an object; a missing one is fine.
    ///
    /// # Errors
    /// As [`Bucket::put`].
    pub async fn delete(&self, key: &str) -> Result<(), PlatformError> {
        Ok(self.0.delete(key).await?)
    }

    /// Begins a multipart upload and returns its id.
    ///
    /// # Errors
    /// As [`Bucket::put`].
    pub async fn begin(&self, key: &str, content_type: &str) -> Result<String, PlatformError> {
        Ok(self.0.create_multipart_upload(key).http_metadata(media(content_type)).execute().await?.upload_id().await)
    }
    /// Uploads one part; all parts but the last have the same size, of at least 5 MiB.
    ///
    /// # Errors
    /// As [`Bucket::put`].
    pub async fn part(&self, key: &str, upload: &str, number: u16, bytes: Vec<u8>) -> Result<Part, PlatformError> {
        let done = self.0.resume_multipart_upload(key, upload)?.upload_part(number, bytes).await?;
        Ok(Part { number, etag: done.etag() })
    }
    /// Completes a multipart upload.
    ///
    /// # Errors
    /// As [`Bucket::put`].
    pub async fn complete(&self, key: &str, upload: &str, parts: &[Part]) -> Result<(), PlatformError> {
        let parts: Vec<_> = parts.iter().map(|p| UploadedPart::new(p.number, p.etag.clone())).collect();
        self.0.resume_multipart_upload(key, upload)?.complete(parts).await?;
        Ok(())
    }
    /// Gives a multipart upload up.
    ///
    /// # Errors
    /// As [`Bucket::put`].
    pub async fn abort(&self, key: &str, upload: &str) -> Result<(), PlatformError> {
        Ok(self.0.resume_multipart_upload(key, upload)?.abort().await?)
    }
}
