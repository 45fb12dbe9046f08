//! The exports that the platform calls.

/// Makes a Worker of its declaration: `worker!(WORKER)`, `worker!(WORKER, pages = html::error_page)` where people are, and
/// `worker!(WORKER, jobs = HANDLERS)` for the one with queues and crons.
#[macro_export]
macro_rules! worker {
    ($worker:expr) => {
        $crate::worker!(@serve $worker, None);
    };
    ($worker:expr, pages = $pages:expr) => {
        $crate::worker!(@serve $worker, Some($pages as ::kernel::app::ErrorPage));
    };
    ($worker:expr, jobs = $handlers:expr) => {
        $crate::worker!(@serve $worker, None);

        #[$crate::wasm_bindgen::prelude::wasm_bindgen(wasm_bindgen = $crate::wasm_bindgen)]
        #[doc = "The platform's queue event."]
        pub fn queue(
            name: String,
            json: String,
            messages: $crate::wasm_bindgen::JsValue,
            env: $crate::wasm_bindgen::JsValue,
            context: $crate::wasm_bindgen::JsValue,
        ) -> $crate::wasm_bindgen::JsValue {
            let (env, context) = $crate::entry::handles(env, context);
            let ports = $crate::ports::of(&env, &context);
            let made = ISOLATE.with(|isolate| isolate.get(&DECLARED, PAGES, &env));
            $crate::entry::finish(async move {
                let (app, _) = made.ok_or_else(|| "not configured".to_owned())?;
                $crate::entry::batch::consume(app, ports, $handlers, name, json, messages).await
            })
        }

        #[$crate::wasm_bindgen::prelude::wasm_bindgen(wasm_bindgen = $crate::wasm_bindgen)]
        #[doc = "The platform's scheduled event."]
        pub fn scheduled(
            cron: String,
            _time: f64,
            env: $crate::wasm_bindgen::JsValue,
            context: $crate::wasm_bindgen::JsValue,
        ) -> $crate::wasm_bindgen::JsValue {
            let (env, context) = $crate::entry::handles(env, context);
            let ports = $crate::ports::of(&env, &context);
            let made = ISOLATE.with(|isolate| isolate.get(&DECLARED, PAGES, &env));
            $crate::entry::finish(async move {
                let (app, _) = made.ok_or_else(|| "not configured".to_owned())?;
                $crate::entry::batch::tick(app, ports, $handlers, cron).await
            })
        }
    };
    (@serve $worker:expr, $pages:expr) => {
        static DECLARED: ::kernel::worker::Worker = $worker;
        const PAGES: Option<::kernel::app::ErrorPage> = $pages;
        thread_local! {
            static ISOLATE: $crate::entry::isolate::Isolate<::store::gate::State> = $crate::entry::isolate::Isolate::default();
        }

        #[$crate::wasm_bindgen::prelude::wasm_bindgen(wasm_bindgen = $crate::wasm_bindgen)]
        #[doc = "The platform's fetch event."]
        pub fn fetch(
            request: $crate::wasm_bindgen::JsValue,
            url: String,
            method: u32,
            env: $crate::wasm_bindgen::JsValue,
            context: $crate::wasm_bindgen::JsValue,
        ) -> $crate::wasm_bindgen::JsValue {
            let (env, context) = $crate::entry::handles(env, context);
            let ports = $crate::ports::of(&env, &context);
            let made = ISOLATE.with(|isolate| isolate.get(&DECLARED, PAGES, &env));
            $crate::entry::answer(async move {
                let Some((app, state)) = made else { return $crate::entry::isolate::not_configured(&ports) };
                let gate = |counted| ::store::gate::Gatekeeper::new(app.clone(), state, counted);
                let inbound = ::std::boxed::Box::new($crate::entry::Incoming::new(request, url, method));
                ::kernel::dispatch::serve(&app, gate, &ports, inbound).await
            })
        }
    };
}

/// Makes a Worker of plain functions: no kernel, no gate. For local-only Workers (the emulator) and tests of this layer.
///
/// `fetch` is `async fn(Incoming, Env, Context) -> Reply`, `scheduled` is `async fn(String, Env, Context) -> Result<(), String>`.
#[macro_export]
macro_rules! raw_worker {
    (fetch = $fetch:path $(, scheduled = $scheduled:path)?) => {
        #[$crate::wasm_bindgen::prelude::wasm_bindgen(wasm_bindgen = $crate::wasm_bindgen)]
        #[doc = "The platform's fetch event."]
        pub fn fetch(
            request: $crate::wasm_bindgen::JsValue,
            url: String,
            method: u32,
            env: $crate::wasm_bindgen::JsValue,
            context: $crate::wasm_bindgen::JsValue,
        ) -> $crate::wasm_bindgen::JsValue {
            let (env, context) = $crate::entry::handles(env, context);
            $crate::entry::answer($fetch($crate::entry::Incoming::new(request, url, method), env, context))
        }
        $(
            #[$crate::wasm_bindgen::prelude::wasm_bindgen(wasm_bindgen = $crate::wasm_bindgen)]
            #[doc = "The platform's scheduled event."]
            pub fn scheduled(
                cron: String,
                _time: f64,
                env: $crate::wasm_bindgen::JsValue,
                context: $crate::wasm_bindgen::JsValue,
            ) -> $crate::wasm_bindgen::JsValue {
                let (env, context) = $crate::entry::handles(env, context);
                $crate::entry::finish($scheduled(cron, env, context))
            }
        )?
    };
}
