//! Reaching an address: whether somebody answers, and whether a database offers encryption.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

/// Opens a connection and closes it again. The error says in words why nobody answers.
pub fn answers(host: &str, port: u16, timeout: Duration) -> Result<(), String> {
    connect(host, port, timeout).map(drop)
}

/// Asks a `PostgreSQL` server whether it encrypts, without logging in: `SSLRequest` of the protocol's message formats
/// (<https://www.postgresql.org/docs/16/protocol-message-formats.html>).
pub fn postgres_encrypts(host: &str, port: u16, timeout: Duration) -> Result<bool, String> {
    let mut stream = connect(host, port, timeout)?;
    let failed = |error: std::io::Error| format!("{host}:{port} does not speak like PostgreSQL: {error}");
    // Length 8, then the code 80877103.
    let request = [8_u32.to_be_bytes(), 80_877_103_u32.to_be_bytes()].concat();
    stream.write_all(&request).map_err(failed)?;
    let mut answer = [0_u8];
    stream.read_exact(&mut answer).map_err(failed)?;
    match answer[0] {
        b'S' => Ok(true),
        b'N' => Ok(false),
        _ => Err(format!("{host}:{port} does not speak like PostgreSQL")),
    }
}

fn connect(host: &str, port: u16, timeout: Duration) -> Result<TcpStream, String> {
    let addresses =
        (host, port).to_socket_addrs().map_err(|error| format!("{host} has no address: {error}"))?;
    let mut last = format!("{host} has no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, timeout) {
            Ok(stream) => {
                let limited =
                    stream.set_read_timeout(Some(timeout)).and(stream.set_write_timeout(Some(timeout)));
                limited.map_err(|error| error.to_string())?;
                return Ok(stream);
            }
            Err(error) => last = format!("{host}:{port} does not answer: {error}"),
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// A server that answers the first request with these bytes.
    fn server(answer: &'static [u8]) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        std::thread::spawn(move || {
            if let Ok((mut stream, _)) = listener.accept() {
                let mut request = [0_u8; 8];
                if stream.read_exact(&mut request).is_ok() && request == [0, 0, 0, 8, 4, 210, 22, 47] {
                    let _ = stream.write_all(answer);
                }
            }
        });
        port
    }

    #[test]
    fn databases_say_whether_they_encrypt() {
        let timeout = Duration::from_secs(3);
        assert_eq!(postgres_encrypts("127.0.0.1", server(b"S"), timeout), Ok(true));
        assert_eq!(postgres_encrypts("127.0.0.1", server(b"N"), timeout), Ok(false));
        assert!(postgres_encrypts("127.0.0.1", server(b"HTTP"), timeout).is_err());
        assert!(postgres_encrypts("127.0.0.1", server(b""), timeout).is_err());
    }

    #[test]
    fn nobody_there_is_said() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        assert_eq!(answers("127.0.0.1", port, Duration::from_secs(3)), Ok(()));
        drop(listener);
        let said = answers("127.0.0.1", port, Duration::from_secs(3)).expect_err("nobody listens");
        assert!(said.contains("does not answer"), "{said}");
        assert!(answers("nowhere.invalid", 1, Duration::from_secs(3)).is_err());
    }
}
