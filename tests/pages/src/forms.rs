//! The forms of every page as a browser has them: what each takes, what it would send, and where it goes.

use crate::{
    Piece, pieces,
    stage::{AUTHENTICATOR, BROWSER, View, guest, views},
};
use authorisation::{Place, fill};
use kernel::{host::Surface, route::Payload};
use store::sessions::{FORM_COOKIE, FORM_FIELD};
use testkit::{
    Call, Harness, request,
    world::{PASSWORD, Session},
};

/// What somebody fills in, and what goes along unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Its name.
    pub name: String,
    /// `hidden`, `text`, `password`, `select`, `lines`, `button`, … as the markup says.
    pub kind: String,
    /// What it would send as the page stands. `None`: nothing, as a box that is not checked.
    pub value: Option<String>,
}
impl Control {
    /// Whether somebody sees and changes it.
    pub fn is_seen(&self) -> bool {
        !matches!(self.kind.as_str(), "hidden" | "button")
    }
    /// Whether what it takes is never shown again.
    pub fn is_secret(&self) -> bool {
        matches!(self.kind.as_str(), "password" | "file") || matches!(self.name.as_str(), "code" | "setup_token")
    }
}

/// A form as it stands on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Where it is sent.
    pub action: String,
    /// What it takes, in order.
    pub controls: Vec<Control>,
}

/// What a browser makes of an attribute's or a text's entities: those that our pages have.
pub fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

/// The forms of a page that post.
pub fn forms_of(page: &str) -> Vec<Shown> {
    let found = pieces(page).unwrap_or_else(|why| panic!("{why}"));
    let mut all: Vec<Shown> = Vec::new();
    let mut open = false;
    let mut choice: Option<String> = None;
    let mut lines: Option<String> = None;
    for piece in &found {
        match piece {
            Piece::Open(tag) if tag.name == "form" => {
                open = tag.get("method") == Some("post");
                if open {
                    all.push(Shown { action: plain(tag.get("action").unwrap_or_default()), controls: Vec::new() });
                }
            }
            Piece::Close(name) if name == "form" => open = false,
            Piece::Close(name) if name == "select" => choice = None,
            Piece::Close(name) if name == "textarea" => lines = None,
            Piece::Text(text) => {
                // A browser drops the first line break.
                if let (Some(name), Some(form)) = (&lines, all.last_mut()) {
                    let value = Some(plain(text.strip_prefix('\n').unwrap_or(text)));
                    form.controls.iter_mut().filter(|c| c.name == *name).for_each(|c| c.value.clone_from(&value));
                }
            }
            Piece::Open(tag) if open => {
                let Some(form) = all.last_mut() else { continue };
                let value = |default: &str| plain(tag.get("value").unwrap_or(default));
                let name = tag.get("name").map(str::to_owned);
                match (tag.name.as_str(), name) {
                    ("input", Some(name)) => {
                        let kind = tag.get("type").unwrap_or("text").to_owned();
                        let boxes = matches!(kind.as_str(), "checkbox" | "radio");
                        let sent = if boxes { tag.get("checked").is_some().then(|| value("on")) } else { Some(value("")) };
                        match form.controls.iter_mut().find(|c| c.name == name && c.kind == "radio") {
                            // One control for the choices of one name.
                            Some(radio) => radio.value = radio.value.take().or(sent),
                            None => form.controls.push(Control { name, kind, value: sent }),
                        }
                    }
                    ("textarea", Some(name)) => {
                        lines = Some(name.clone());
                        form.controls.push(Control { name, kind: "lines".into(), value: Some(String::new()) });
                    }
                    ("select", Some(name)) => {
                        choice = Some(name.clone());
                        form.controls.push(Control { name, kind: "select".into(), value: None });
                    }
                    ("option", None) => {
                        let select = choice.as_ref().and_then(|name| form.controls.iter_mut().find(|c| c.name == *name));
                        if let Some(select) = select
                            && (select.value.is_none() || tag.get("selected").is_some())
                        {
                            select.value = Some(value(""));
                        }
                    }
                    // The first button is the one that Enter presses.
                    ("button", Some(name)) if !form.controls.iter().any(|c| c.name == name) => {
                        form.controls.push(Control { name, kind: "button".into(), value: Some(value("")) });
                    }
                    _ => {}
                }
            }
            Piece::Open(_) | Piece::Close(_) => {}
        }
    }
    all
}

/// A form of the product: the route that takes it, the page that shows it, and what is on it.
pub struct Offered {
    /// The route that it is sent to.
    pub to: Place,
    /// The page that shows it.
    pub on: View,
    /// The form.
    pub form: Shown,
}

/// Whether a path is one of a route's.
fn fits(route: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (mut wanted, mut given) = (route.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(w), Some(g)) if w == g || (w.starts_with('{') && !g.is_empty()) => {}
            _ => return false,
        }
    }
}

/// The form of every route that takes one, from the page that shows most of it, and the routes whose form is on no page.
pub fn offered(h: &Harness, takers: &[Place]) -> (Vec<Offered>, Vec<String>) {
    let mut best: Vec<Option<Offered>> = takers.iter().map(|_| None).collect();
    for page in views() {
        h.forget();
        let forms = h.db.undone(|| {
            let reply = page.open(h);
            let html = reply.header("content-type").is_some_and(|t| t.starts_with("text/html"));
            if reply.status == 200 && html { forms_of(reply.text().unwrap_or_default()) } else { Vec::new() }
        });
        for form in forms {
            // The most literal route wins, as in the router.
            let fitting = takers.iter().enumerate().filter(|(_, to)| to.surface == page.place.surface && fits(to.route.path, &form.action));
            let Some((at, to)) = fitting.min_by_key(|(_, to)| to.route.path.matches('{').count()) else {
                panic!("{}: a form is sent to {}, which no route takes", page.name(), form.action)
            };
            let seen = |f: &Shown| f.controls.iter().filter(|c| c.is_seen()).count() * 100 + f.controls.len();
            if let Some(slot) = best.get_mut(at)
                && slot.as_ref().is_none_or(|so_far| seen(&so_far.form) < seen(&form))
            {
                *slot = Some(Offered { to: *to, on: page, form });
            }
        }
    }
    let nowhere = takers.iter().zip(&best).filter(|(_, found)| found.is_none()).map(|(to, _)| to.name()).collect();
    (best.into_iter().flatten().collect(), nowhere)
}

/// Every route that takes a form.
pub fn takers() -> Vec<Place> {
    authorisation::places().into_iter().filter(|p| matches!(p.route.payload, Payload::Form(_) | Payload::Upload(_))).collect()
}

/// A form that is about to be sent.
#[derive(Debug, Clone)]
pub struct Filled {
    /// Where it goes.
    pub path: String,
    /// On which host.
    pub host: String,
    /// As whom.
    pub session: Option<Session>,
    /// With these fields, the token among them.
    pub fields: Vec<(String, String)>,
}
impl Filled {
    /// With another value in a field; where the page sends none, with one that it would send had it been filled in.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(n, _)| n == name) {
            Some(field) => value.clone_into(&mut field.1),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }
    /// What is written in a field.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    /// As it goes over the wire.
    pub fn call(&self, to: &Place) -> Call {
        let fields: Vec<(&str, &str)> = self.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        fill::put_form(to, self.bare(to), &fields)
    }
    /// All but its body.
    pub fn bare(&self, to: &Place) -> Call {
        let call = request(to.route.method.as_str(), &self.path).host(&self.host).cookie(FORM_COOKIE, BROWSER).same_origin();
        self.session.as_ref().map_or(call.clone(), |session| call.session_cookie(session))
    }
}

impl Offered {
    /// For messages.
    pub fn name(&self) -> String {
        self.to.name()
    }
    /// Opens the page anew, in the state that it needs, and fills its form in as somebody would whose form is accepted.
    pub fn fill(&self, h: &Harness) -> Filled {
        let reply = self.on.open(h);
        let page = reply.text().unwrap_or_default();
        let forms = forms_of(page);
        let names = |f: &Shown| f.controls.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
        let form = forms
            .iter()
            .find(|f| f.action == self.form.action && names(f) == names(&self.form))
            .or_else(|| forms.iter().find(|f| fits(self.to.route.path, &f.action) && names(f) == names(&self.form)))
            .unwrap_or_else(|| panic!("{}: {} shows it no more: {page}", self.name(), self.on.name()));
        let ((org, _), session) = (guest(h, &self.on.place), self.on.session(h));
        let fill::Body::Form(seeds) = fill::body(&self.to, &|_| serde_json::Value::Null) else { panic!("{}: no form", self.name()) };
        let mut filled = Filled {
            path: form.action.clone(),
            host: testkit::call::host(self.on.place.surface, org.slug),
            session: session.cloned(),
            // A file is put beside the fields.
            fields: form.controls.iter().filter(|c| c.kind != "file").filter_map(|c| Some((c.name.clone(), c.value.clone()?))).collect(),
        };
        for (name, value) in seeds {
            // What the page itself puts there is what is sent: versions, tokens, what it was shown with.
            let unseen = form.controls.iter().any(|c| c.name == name && c.kind == "hidden");
            if !unseen && form.controls.iter().any(|c| c.name == name) {
                filled = filled.with(name, &answer(h, &self.to, name, value, session));
            }
        }
        assert!(filled.fields.iter().any(|(name, _)| name == FORM_FIELD), "{}: no token", self.name());
        filled
    }
}

/// What somebody writes into a field who is let in.
fn answer(h: &Harness, to: &Place, name: &str, seed: &str, session: Option<&Session>) -> String {
    let email = |surface| match surface {
        Surface::Portal => h.world.team.customers[0].email.clone(),
        Surface::Platform => h.world.operator.email.clone(),
        Surface::App | Surface::Api => h.world.team.member(kernel::principal::Role::Admin).email.clone(),
    };
    match (to.route.path, name) {
        ("/sign-in", "email") => email(to.surface),
        ("/sign-in" | "/confirm" | "/sign-up/verify", "password") => PASSWORD.to_owned(),
        ("/challenge", "code") => crypto::totp::code(&AUTHENTICATOR, kernel::ports::Clock::now(&*h.clock).seconds() / 30),
        ("/setup", "setup_token") => "testkit-PLATFORM_BOOTSTRAP_TOKEN".to_owned(),
        ("/o/{org}/settings/delete", "confirm") => h.world.team.slug.to_owned(),
        _ if seed == fill::MY_EMAIL => session.map_or_else(String::new, |s| s.principal.email().to_owned()),
        _ => seed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_a_browser_reads_it() {
        let page = "<!DOCTYPE html><form method=\"get\" role=\"search\"><input name=\"q\"></form><form method=\"post\" action=\"/a?b=1&amp;c=2\">\
            <input type=\"hidden\" name=\"csrf\" value=\"t\"><input type=\"checkbox\" name=\"x\"><input type=\"checkbox\" name=\"y\" checked>\
            <input type=\"radio\" name=\"r\" value=\"1\"><input type=\"radio\" name=\"r\" value=\"2\" checked>\
            <select name=\"s\"><option value=\"a\">A</option><option value=\"b\" selected>B</option></select>\
            <textarea name=\"l\">\n1 &lt; 2</textarea><button name=\"do\" value=\"go\">Go</button></form>";
        let [form] = &forms_of(page)[..] else { panic!("one form posts") };
        let sent: Vec<(&str, Option<&str>)> = form.controls.iter().map(|c| (c.name.as_str(), c.value.as_deref())).collect();
        assert_eq!(form.action, "/a?b=1&c=2");
        let wanted = [
            ("csrf", Some("t")),
            ("x", None),
            ("y", Some("on")),
            ("r", Some("2")),
            ("s", Some("b")),
            ("l", Some("1 < 2")),
            ("do", Some("go")),
        ];
        assert_eq!(sent, wanted);
        assert!(fits("/o/{org}/x", "/o/acme/x?y") && !fits("/o/{org}/x", "/o/acme/x/z") && !fits("/o/{org}", "/o/"));
    }
}
