//! Forms of texts, as SQL's `LIKE` has them: `%` stands for any text, `_` for any letter, `\` takes the meaning of the next one.

/// A form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
    ignores_case: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Letter(char),
    AnyLetter,
    AnyText,
}

impl Pattern {
    /// What texts have within. A value that says itself what may stand around it is left as it is.
    pub(super) fn within(value: &str, ignores_case: bool) -> Self {
        match value.starts_with('%') || value.ends_with('%') {
            true => Self::of(value, ignores_case),
            false => Self::of(&format!("%{value}%"), ignores_case),
        }
    }

    /// What they begin with.
    pub(super) fn beginning(value: &str, ignores_case: bool) -> Self {
        Self::of(&format!("{value}%"), ignores_case)
    }

    /// What they end with.
    pub(super) fn end(value: &str, ignores_case: bool) -> Self {
        Self::of(&format!("%{value}"), ignores_case)
    }

    fn of(pattern: &str, ignores_case: bool) -> Self {
        let lower = if ignores_case { pattern.to_lowercase() } else { pattern.to_owned() };
        let mut letters = lower.chars();
        let mut parts = Vec::new();
        while let Some(letter) = letters.next() {
            let part = match letter {
                '%' => Part::AnyText,
                '_' => Part::AnyLetter,
                '\\' => Part::Letter(letters.next().unwrap_or('\\')),
                letter => Part::Letter(letter),
            };
            // one stands for any number of them
            if part != Part::AnyText || parts.last() != Some(&Part::AnyText) {
                parts.push(part);
            }
        }
        Self { parts, ignores_case }
    }

    /// Whether a text is of this form. Takes at most as many steps as letters times parts.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        match self.ignores_case {
            true => self.fits_letters(&text.to_lowercase().chars().collect::<Vec<_>>()),
            false => self.fits_letters(&text.chars().collect::<Vec<_>>()),
        }
    }

    fn fits_letters(&self, letters: &[char]) -> bool {
        let (mut at, mut part) = (0, 0);
        // behind the last part for any text, and the letter up to which that part goes
        let mut again: Option<(usize, usize)> = None;
        while at < letters.len() {
            match (self.parts.get(part), letters.get(at)) {
                (Some(Part::AnyText), _) => {
                    part += 1;
                    again = Some((part, at));
                }
                (Some(Part::AnyLetter), Some(_)) => (at, part) = (at + 1, part + 1),
                (Some(Part::Letter(wanted)), Some(letter)) if wanted == letter => {
                    (at, part) = (at + 1, part + 1);
                }
                _ => match &mut again {
                    Some((behind, reached)) => {
                        *reached += 1;
                        (at, part) = (*reached, *behind);
                    }
                    None => return false,
                },
            }
        }
        self.parts.iter().skip(part).all(|part| *part == Part::AnyText)
    }
}
