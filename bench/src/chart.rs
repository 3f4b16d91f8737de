//! Figures as a table for people, in Markdown so that it can be pasted.

/// A line of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    name: String,
    unit: String,
    values: Vec<f64>,
}

impl Row {
    /// The title of a table.
    #[must_use]
    pub fn head(title: &str) -> Self {
        Self { name: title.to_owned(), unit: String::new(), values: Vec::new() }
    }

    /// A figure.
    #[must_use]
    pub fn new(name: &str, unit: &str, value: f64) -> Self {
        Self { name: name.to_owned(), unit: unit.to_owned(), values: vec![value] }
    }

    /// A second figure beside it.
    #[must_use]
    pub fn and(mut self, value: f64) -> Self {
        self.values.push(value);
        self
    }
}

/// The table of a title and its figures.
#[must_use]
pub fn text(rows: &[Row]) -> String {
    let mut lines = Vec::with_capacity(rows.len() + 1);
    for row in rows {
        if row.values.is_empty() {
            lines.push(format!("| {} | |\n|---|---|", row.name));
            continue;
        }
        let figures: Vec<String> = row.values.iter().map(|value| figure(*value)).collect();
        lines.push(format!("| {} | {} {} |", row.name, figures.join(", "), row.unit));
    }
    lines.join("\n") + "\n"
}

/// Three digits or all before the point.
fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests;
