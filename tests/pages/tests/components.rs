//! The page of components: well formed in every look, within the weight that a first load may have.
//!
//! With `PORTICO_SHOTS` set to a folder, the pages are written there with their stylesheet and script, to be looked at.

#![expect(clippy::unwrap_used, reason = "helpers of tests; what goes wrong in them must stop the test")]

use kernel::{Reply, host::Surface, worker::Worker};
use pages::problems;
use std::{fs, path::PathBuf};
use testkit::{Harness, get, world::Session};

fn text(reply: &Reply) -> &str {
    reply.text().unwrap()
}

#[test]
fn every_component_is_well_formed_on_every_surface_and_in_every_theme() {
    let h = Harness::new();
    for query in ["", "?look=portal", "?look=platform", "?theme=dark", "?theme=light", "?page=confirm"] {
        let reply = h.call(&dev::WORKER, get(&format!("/dev/components{query}")).on(Surface::App));
        assert_eq!((reply.status, problems(text(&reply))), (200, vec![]), "{query}");
    }
    let dark = h.call(&dev::WORKER, get("/dev/components").on(Surface::App).cookie("portico-theme", "dark"));
    assert!(text(&dark).contains("<html lang=\"en\" data-theme=\"dark\">"));
    let odd = h.call(&dev::WORKER, get("/dev/components").on(Surface::App).cookie("portico-theme", "\"><b>"));
    assert!(!text(&odd).contains("data-theme=\"\"") && problems(text(&odd)).is_empty());
}

#[test]
fn the_stylesheet_and_the_script_stay_small() {
    // Uncompressed: compressed they are about a fifth and a third of it, and a first load may have 60 KB compressed.
    let assets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../workers/switch/public/assets");
    for (file, cap) in [("app.css", 48_000), ("app.js", 18_000)] {
        let size = fs::metadata(assets.join(file)).unwrap().len();
        assert!(size < cap, "{file} has {size} bytes");
    }
}

/// Writes pages to be looked at; nothing without the variable.
#[test]
fn pages_can_be_written_down_to_be_looked_at() {
    let Ok(folder) = std::env::var("PORTICO_SHOTS") else { return };
    let folder = PathBuf::from(folder);
    fs::create_dir_all(folder.join("assets")).unwrap();
    let h = Harness::new();
    h.set_error_page(html::error_page);
    let org = &h.world.team;
    let (staff, customer, operator) =
        (&org.members.first().unwrap().session, &org.customers.first().unwrap().session, &h.world.operator.session);
    let ticket = org.tickets.first().unwrap();
    let all: Vec<(&str, &'static Worker, String, Surface, Option<&Session>)> = vec![
        ("components", &dev::WORKER, "/dev/components".into(), Surface::App, None),
        ("components-portal", &dev::WORKER, "/dev/components?look=portal".into(), Surface::App, None),
        ("components-platform", &dev::WORKER, "/dev/components?look=platform".into(), Surface::App, None),
        ("mail", &dev::WORKER, "/dev/mail".into(), Surface::App, None),
        ("sign-in", &auth::WORKER, "/sign-in".into(), Surface::App, None),
        ("sign-in-platform", &auth::WORKER, "/sign-in".into(), Surface::Platform, None),
        ("missing", &org::WORKER, "/no/such/page".into(), Surface::App, None),
        ("orgs", &org::WORKER, "/".into(), Surface::App, Some(staff)),
        ("overview", &org::WORKER, "/o/northwind".into(), Surface::App, Some(staff)),
        ("tickets", &org::WORKER, "/o/northwind/tickets".into(), Surface::App, Some(staff)),
        ("ticket", &org::WORKER, format!("/o/northwind/tickets/{ticket}"), Surface::App, Some(staff)),
        ("portal", &portal::WORKER, "/".into(), Surface::Portal, Some(customer)),
        ("portal-ticket", &portal::WORKER, format!("/tickets/{ticket}"), Surface::Portal, Some(customer)),
        ("console", &platform::WORKER, "/".into(), Surface::Platform, Some(operator)),
        ("jobs", &platform::WORKER, "/jobs".into(), Surface::Platform, Some(operator)),
    ];
    for (name, worker, path, surface, session) in all {
        let call = match session {
            Some(session) => get(&path).session(session),
            None => get(&path).on(surface),
        };
        let reply = h.call(worker, call);
        fs::write(folder.join(format!("{name}.html")), text(&reply)).unwrap();
    }
    let assets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../workers/switch/public/assets");
    for file in fs::read_dir(assets).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.join("assets").join(file.file_name())).unwrap();
    }
}
