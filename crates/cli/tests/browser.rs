//! The HTML report in a real browser: headless Chromium, driven over its `DevTools` protocol.
//!
//! Chromium is `MAILGAP_CHROMIUM`, or found on `PATH`. Where there is none the test passes and says so, unless
//! `MAILGAP_REQUIRE_BROWSER` is 1.

mod common;

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tungstenite::{Message, WebSocket, client};

use common::{libero, page, said};

/// Longer than any answer takes: a browser that hangs fails the test.
const PATIENCE: Duration = Duration::from_mins(1);

fn chromium() -> Option<PathBuf> {
    if let Some(named) = env::var_os("MAILGAP_CHROMIUM") {
        return Some(PathBuf::from(named));
    }
    let path = env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let mut places = env::split_paths(&path).flat_map(|dir| names.map(|name| dir.join(name)));
    places.find(|place| place.is_file())
}

/// A running browser with one empty page.
struct Browser {
    process: Child,
    socket: WebSocket<TcpStream>,
    session: Option<String>,
    calls: u64,
    /// What happened since the page was opened.
    events: Vec<Value>,
    _profile: TempDir,
}

impl Browser {
    fn start(program: &Path) -> Browser {
        let profile = tempfile::tempdir().expect("the browser answers as its protocol says");
        let mut process = Command::new(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--remote-debugging-port=0",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the browser starts");
        let said = BufReader::new(
            process
                .stderr
                .take()
                .expect("the browser answers as its protocol says"),
        );
        let url = said
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("DevTools listening on ")?.1.to_owned()))
            .expect("the browser says where it listens");
        let host = url
            .trim_start_matches("ws://")
            .split('/')
            .next()
            .expect("the browser answers as its protocol says");
        let stream = TcpStream::connect(host).expect("the browser answers as its protocol says");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("the browser answers as its protocol says");
        let (socket, _) =
            client(url.as_str(), stream).expect("the browser answers as its protocol says");
        let mut browser = Browser {
            process,
            socket,
            session: None,
            calls: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let target = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", target);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Asks, and waits for the answer; events that come before it are kept.
    fn call(&mut self, method: &str, params: impl Into<Value>) -> Value {
        let params = params.into();
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.socket
            .send(Message::text(message.to_string()))
            .expect("the browser answers as its protocol says");
        loop {
            let answer = self.read();
            if answer["id"] == json!(self.calls) {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    fn read(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.socket.read().expect("the browser answers") {
                return serde_json::from_str(&text)
                    .expect("the browser answers as its protocol says");
            }
        }
    }

    /// Opens a page and waits until all of it is there.
    fn open(&mut self, url: &str) {
        self.events.clear();
        self.call("Page.navigate", json!({ "url": url }));
        while !self
            .events
            .iter()
            .any(|event| event["method"] == "Page.loadEventFired")
        {
            let event = self.read();
            self.events.push(event);
        }
    }

    fn resize(&mut self, width: u32) {
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    fn emulate(&mut self, scheme: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.call(
            "Emulation.setEmulatedMedia",
            json!({ "features": [feature] }),
        );
    }

    /// What an expression is in the page.
    fn evaluate(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true });
        let result = self.call("Runtime.evaluate", params);
        assert!(
            result["exceptionDetails"].is_null(),
            "{expression}: {result}"
        );
        result["result"]["value"].clone()
    }

    fn events_of(&self, methods: &[&str]) -> Vec<&Value> {
        let events = self.events.iter();
        let wanted = events.filter(|event| methods.iter().any(|&it| event["method"] == it));
        wanted.collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_page_of_the_libero_incident_works_in_a_browser() {
    let Some(program) = chromium() else {
        let must = env::var_os("MAILGAP_REQUIRE_BROWSER").is_some_and(|it| it == "1");
        assert!(!must, "MAILGAP_REQUIRE_BROWSER=1, but there is no Chromium");
        writeln!(io::stderr(), "no Chromium: the page was not looked at").unwrap();
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("report.html");
    fs::write(&file, page(&["--announcements", &said(), &libero()])).unwrap();
    let url = format!("file://{}", file.display());
    let mut browser = Browser::start(&program);

    for width in [400, 1400] {
        browser.resize(width);
        browser.open(&url);
        let wide = browser.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
        );
        assert!(wide[0].as_f64() <= wide[1].as_f64(), "{width}: {wide}");
        assert_eq!(browser.evaluate("innerWidth"), json!(width));
        // No error, no refusal by the policy (it would mean that the hash of the script is stale), no request.
        let errors = browser.events_of(&[
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Log.entryAdded",
        ]);
        assert!(errors.is_empty(), "{errors:?}");
        let requests = browser.events_of(&["Network.requestWillBeSent"]);
        assert_eq!(requests.len(), 1, "{requests:?}");
        assert_eq!(requests[0]["params"]["request"]["url"], json!(url));
    }

    let windows = browser.evaluate(
        "[...document.querySelectorAll('.glance svg[data-row=\"libero.it\"] g[data-kind]')].map((window) => [\
           window.dataset.kind, window.querySelector('title').textContent,\
           window.querySelector('rect').getBoundingClientRect().width > 5])",
    );
    let expected = [
        ("no_connection", "no connection: "),
        ("recipient_rejected", "550: "),
        ("mailbox_deferred", "452: "),
        ("delayed", "slow (5 min): "),
    ];
    let windows = windows.as_array().unwrap();
    assert_eq!(windows.len(), expected.len(), "{windows:?}");
    for (window, (kind, words)) in windows.iter().zip(expected) {
        assert_eq!(window[0], json!(kind));
        assert!(window[1].as_str().unwrap().starts_with(words), "{window}");
        assert_eq!(window[2], json!(true), "{window}");
    }

    // Each statement has a line in each row, at the place of its number, and its number leads to it.
    let marks = browser.evaluate(
        "[...document.querySelectorAll('.flags a.mark')].map((mark) => {\
           const middle = (it) => { const box = it.getBoundingClientRect(); return box.left + box.width / 2; };\
           const lines = [...document.querySelectorAll('.glance svg[data-row] line.said:not(.under)')];\
           return [document.querySelector(mark.getAttribute('href')) !== null,\
             lines.filter((it) => Math.abs(middle(it) - middle(mark.querySelector('circle'))) < 2).length];})",
    );
    let rows = browser.evaluate("document.querySelectorAll('.glance svg[data-row]').length");
    assert_eq!(marks, json!(vec![json!([true, rows]); 5]));

    // The script shows the sections whose name holds what is typed.
    let shown = browser.evaluate(
        "const box = document.getElementById('filter'); box.value = 'BLU'; box.dispatchEvent(new Event('input'));\
         [...document.querySelectorAll('article:not([hidden])')].map((it) => it.id.split('-')[0] + ' ' + \
           it.dataset.name.includes('blu.it'))",
    );
    assert_eq!(shown, json!(["incident true", "outage true"]));
    let rows = browser.evaluate(
        "[...document.querySelectorAll(\"tr[data-name]:not([data-name='']):not([hidden])\")].map((it) => \
           it.dataset.name.includes('blu.it'))",
    );
    assert_eq!(
        rows,
        json!([true, true]),
        "the incident and its destination"
    );

    let mut papers = Vec::new();
    for scheme in ["light", "dark"] {
        browser.emulate(scheme);
        papers.push(browser.evaluate("getComputedStyle(document.body).backgroundColor"));
    }
    assert_eq!(papers[0], json!("rgb(255, 255, 255)"));
    assert_ne!(papers[0], papers[1]);
}
