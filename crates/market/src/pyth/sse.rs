//! Server-sent events out of chunks of bytes, as the WHATWG standard cuts them.

#[cfg(test)]
mod tests;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Event {
    /// Its name; empty for an ordinary message.
    pub(crate) name: String,
    /// Its lines of data.
    pub(crate) data: String,
}

/// An event is longer than is taken, or is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// What was read and is no whole event yet.
#[derive(Debug)]
pub(crate) struct Reader {
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    /// The line before ended with a carriage return; a line feed that follows belongs to it.
    returned: bool,
    most: usize,
}

impl Reader {
    /// Takes events of at most so many bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self { line: Vec::new(), event: Event::default(), has_data: false, returned: false, most }
    }

    /// Takes in the next bytes, cut anywhere. The events that they complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, Unreadable> {
        let mut events = Vec::new();
        for byte in bytes {
            let follows = std::mem::replace(&mut self.returned, *byte == b'\r');
            match byte {
                b'\n' if follows => {}
                b'\n' | b'\r' => events.extend(self.end_line()?),
                _ if self.line.len() + self.event.data.len() >= self.most => {
                    return Err(Unreadable);
                }
                byte => self.line.push(*byte),
            }
        }
        Ok(events)
    }

    fn end_line(&mut self) -> Result<Option<Event>, Unreadable> {
        let line = String::from_utf8(std::mem::take(&mut self.line)).map_err(|_| Unreadable)?;
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return Ok(std::mem::take(&mut self.has_data).then_some(event));
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "event" => value.clone_into(&mut self.event.name),
            // comments keep the connection alive; ids and retry times do not concern us
            _ => {}
        }
        Ok(None)
    }
}
