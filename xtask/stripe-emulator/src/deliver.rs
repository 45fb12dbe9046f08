//! One webhook, sent over plain HTTP: a request, and the status of its answer.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

/// How long a receiver may take for each step.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Host and port, and the path, of an `http` address.
fn parts(url: &str) -> Option<(String, &str)> {
    let rest = url.strip_prefix("http://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path) = (rest.get(..end)?, rest.get(end..)?);
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    (!host.is_empty()).then_some((address, if path.is_empty() { "/" } else { path }))
}

/// Sends a webhook. The status, or why there is none.
///
/// # Errors
/// An address that is none; nobody there; no answer in time; an answer that is not HTTP.
pub fn send(url: &str, signature: &str, body: &str) -> Result<u16, String> {
    let (address, path) = parts(url).ok_or("the address is not an http:// one")?;
    let words = |e: std::io::Error| e.to_string();
    let all = address.to_socket_addrs().map_err(words)?;
    let mut failed = "the name has no address".to_owned();
    // A name such as localhost may have an address that nobody listens on.
    for one in all {
        match TcpStream::connect_timeout(&one, TIMEOUT) {
            Ok(stream) => return exchange(stream, &address, path, signature, body).map_err(words),
            Err(error) => failed = error.to_string(),
        }
    }
    Err(failed)
}

fn exchange(mut stream: TcpStream, host: &str, path: &str, signature: &str, body: &str) -> std::io::Result<u16> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json; charset=utf-8\r\nstripe-signature: {signature}\r\nuser-agent: stripe-emulator\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1)).and_then(|status| status.trim().parse().ok());
    status.ok_or_else(|| std::io::Error::other("the answer is not HTTP"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{io::Read, net::TcpListener, thread};

    /// A receiver that takes one request and answers with this.
    fn receiver(answer: &'static str) -> (String, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let taken = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut text, mut part) = (String::new(), [0; 4_096]);
            while !text.ends_with("{}") {
                let n = stream.read(&mut part).unwrap();
                text.push_str(std::str::from_utf8(part.get(..n).unwrap()).unwrap());
            }
            stream.write_all(answer.as_bytes()).unwrap();
            text
        });
        (url, taken)
    }

    #[test]
    fn a_webhook_arrives_whole() {
        let (url, taken) = receiver("HTTP/1.1 204 No Content\r\n\r\n");
        assert_eq!(send(&format!("{url}/hook?a=b"), "t=1,v1=x", "{}"), Ok(204));
        let text = taken.join().unwrap();
        assert!(text.starts_with("POST /hook?a=b HTTP/1.1\r\n") && text.contains("\r\nstripe-signature: t=1,v1=x\r\n"), "{text}");
    }

    #[test]
    fn no_answer_is_said() {
        let (url, taken) = receiver("nonsense\r\n");
        assert!(send(&url, "", "{}").unwrap_err().contains("not HTTP"));
        assert!(taken.join().unwrap().starts_with("POST / HTTP/1.1\r\n"));
        assert!(send(&url, "", "{}").is_err(), "nobody is there any more");
        for url in ["https://a", "http://", "a"] {
            assert!(send(url, "", "{}").unwrap_err().contains("http://"), "{url}");
        }
    }
}
