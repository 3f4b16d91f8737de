//! Many ids in few calls.

#[cfg(test)]
mod tests;

/// Splits ids into runs that fit into `room` characters of a URL, each id with `separator` more, and of `most` ids at
/// most. An id longer than the room goes alone: the source will say what it thinks of it.
pub(crate) fn batches<T>(
    ids: &[T],
    room: usize,
    most: usize,
    separator: usize,
    text: impl Fn(&T) -> &str,
) -> Vec<&[T]> {
    let mut runs = Vec::new();
    let (mut start, mut length) = (0, 0);
    for (index, id) in ids.iter().enumerate() {
        let cost = encoded_length(text(id)) + separator;
        let full = length + cost > room || index - start >= most;
        if full && index > start {
            runs.extend(ids.get(start..index));
            (start, length) = (index, 0);
        }
        length += cost;
    }
    runs.extend(ids.get(start..).filter(|rest| !rest.is_empty()));
    runs
}

/// Characters in a URL at most.
fn encoded_length(text: &str) -> usize {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 }).sum()
}
