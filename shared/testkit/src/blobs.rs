//! R2: objects, whole and in parts, under its rules of multipart uploads.

use crate::pace::Pace;
use kernel::{
    Fut,
    ports::{BlobReader, Blobs, Object, Part, PortError, Stream},
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

/// The least size of a part that is not the last.
pub const LEAST_PART: usize = 5 * 1_024 * 1_024;

/// The content of an object on its way out.
pub struct Content(pub Vec<u8>);
impl Stream for Content {
    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

/// A stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub content_type: String,
    etag: String,
}
struct Upload {
    key: String,
    content_type: String,
    parts: BTreeMap<u16, (Vec<u8>, String)>,
}

/// The bucket.
pub struct BlobStore {
    pace: Rc<Pace>,
    objects: RefCell<BTreeMap<String, Stored>>,
    uploads: RefCell<BTreeMap<String, Upload>>,
    failing: RefCell<Vec<(usize, bool)>>,
    made: Cell<u64>,
}

fn refused<T>(why: &str) -> Result<T, PortError> {
    Err(PortError(why.to_owned()))
}

impl BlobStore {
    /// An empty one.
    pub fn new(pace: Rc<Pace>) -> Self {
        Self { pace, objects: RefCell::default(), uploads: RefCell::default(), failing: RefCell::default(), made: Cell::new(0) }
    }
    /// Every object's key.
    pub fn keys(&self) -> Vec<String> {
        self.objects.borrow().keys().cloned().collect()
    }
    /// An object.
    pub fn object(&self, key: &str) -> Option<Stored> {
        self.objects.borrow().get(key).cloned()
    }
    /// Puts an object there, outside of the port.
    pub fn place(&self, key: &str, bytes: &[u8], content_type: &str) {
        let stored = Stored { bytes: bytes.to_vec(), content_type: content_type.into(), etag: format!("\"{}\"", short_hash(bytes)) };
        self.objects.borrow_mut().insert(key.into(), stored);
    }
    /// How many multipart uploads are open.
    pub fn open_uploads(&self) -> usize {
        self.uploads.borrow().len()
    }
    /// The call after `after` others fails. With `done` what it asked for happens all the same: only the answer is lost.
    pub fn fail_at(&self, after: usize, done: bool) {
        self.failing.borrow_mut().push((after, done));
    }

    /// `Some(done)` when this call is to fail.
    async fn enter(&self) -> Option<bool> {
        self.pace.io().await;
        let mut failing = self.failing.borrow_mut();
        let due = failing.iter().position(|(after, _)| *after == 0);
        for (after, _) in failing.iter_mut() {
            *after = after.saturating_sub(1);
        }
        due.map(|at| failing.remove(at).1)
    }
    async fn call<T>(&self, work: impl FnOnce() -> Result<T, PortError>) -> Result<T, PortError> {
        let lost = || PortError("R2: internal error; please try again. (10001)".into());
        match self.enter().await {
            Some(false) => Err(lost()),
            Some(true) => work().and_then(|_| Err(lost())),
            None => work(),
        }
    }
}

fn short_hash(bytes: &[u8]) -> String {
    crypto::hash::sha256_hex(bytes)[..32].to_owned()
}

impl BlobReader for BlobStore {
    fn open<'a>(&'a self, key: &'a str) -> Fut<'a, Result<Option<Object>, PortError>> {
        Box::pin(self.call(move || {
            let found = self.object(key).map(|o| Object {
                bytes: u64::try_from(o.bytes.len()).unwrap(),
                stream: Box::new(Content(o.bytes)) as Box<dyn Stream>,
                etag: o.etag,
            });
            Ok(found)
        }))
    }
    fn bytes<'a>(&'a self, key: &'a str) -> Fut<'a, Result<Option<Vec<u8>>, PortError>> {
        Box::pin(self.call(move || Ok(self.object(key).map(|o| o.bytes))))
    }
}

impl Blobs for BlobStore {
    fn put<'a>(&'a self, key: &'a str, bytes: Vec<u8>, content_type: &'a str) -> Fut<'a, Result<(), PortError>> {
        Box::pin(self.call(move || {
            self.place(key, &bytes, content_type);
            Ok(())
        }))
    }
    fn delete<'a>(&'a self, key: &'a str) -> Fut<'a, Result<(), PortError>> {
        Box::pin(self.call(move || {
            self.objects.borrow_mut().remove(key);
            Ok(())
        }))
    }
    fn begin<'a>(&'a self, key: &'a str, content_type: &'a str) -> Fut<'a, Result<String, PortError>> {
        Box::pin(self.call(move || {
            self.made.set(self.made.get() + 1);
            let id = format!("upload-{}", self.made.get());
            let upload = Upload { key: key.into(), content_type: content_type.into(), parts: BTreeMap::new() };
            self.uploads.borrow_mut().insert(id.clone(), upload);
            Ok(id)
        }))
    }
    fn part<'a>(&'a self, key: &'a str, upload: &'a str, number: u16, bytes: Vec<u8>) -> Fut<'a, Result<Part, PortError>> {
        Box::pin(self.call(move || {
            let mut uploads = self.uploads.borrow_mut();
            let Some(open) = uploads.get_mut(upload).filter(|u| u.key == key) else {
                return refused("uploadPart: The specified multipart upload does not exist. (10024)");
            };
            if !(1..=10_000).contains(&number) {
                return refused("uploadPart: part number must be between 1 and 10000. (10022)");
            }
            let etag = short_hash(&bytes);
            open.parts.insert(number, (bytes, etag.clone()));
            Ok(Part { number, etag })
        }))
    }
    fn complete<'a>(&'a self, key: &'a str, upload: &'a str, parts: &'a [Part]) -> Fut<'a, Result<(), PortError>> {
        Box::pin(self.call(move || {
            let mut uploads = self.uploads.borrow_mut();
            let Some(open) = uploads.get(upload).filter(|u| u.key == key) else {
                return refused("completeMultipartUpload: The specified multipart upload does not exist. (10024)");
            };
            let mut sizes = Vec::new();
            let mut whole = Vec::new();
            for part in parts {
                match open.parts.get(&part.number) {
                    Some((bytes, etag)) if *etag == part.etag => {
                        sizes.push(bytes.len());
                        whole.extend_from_slice(bytes);
                    }
                    _ => return refused("completeMultipartUpload: One or more of the specified parts could not be found. (10025)"),
                }
            }
            if !parts.windows(2).all(|pair| pair[0].number < pair[1].number) {
                return refused("completeMultipartUpload: parts must be in ascending order. (10026)");
            }
            let (last, others) = sizes.split_last().map_or((0, &[][..]), |(last, others)| (*last, others));
            if others.iter().any(|size| *size < LEAST_PART) {
                return refused("completeMultipartUpload: Your proposed upload is smaller than the minimum allowed object size. (10011)");
            }
            if others.iter().any(|size| *size != others[0]) || others.first().is_some_and(|size| last > *size) {
                return refused("completeMultipartUpload: All non-trailing parts must have the same length. (10048)");
            }
            let content_type = open.content_type.clone();
            uploads.remove(upload);
            drop(uploads);
            self.place(key, &whole, &content_type);
            Ok(())
        }))
    }
    fn abort<'a>(&'a self, key: &'a str, upload: &'a str) -> Fut<'a, Result<(), PortError>> {
        Box::pin(self.call(move || {
            let mut uploads = self.uploads.borrow_mut();
            if uploads.get(upload).is_some_and(|u| u.key == key) {
                uploads.remove(upload);
            }
            Ok(())
        }))
    }
}
