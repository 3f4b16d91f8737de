//! The schema as a text.

use std::fmt;

use super::{Api, Argument, Ref, TypeKind};

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::List(inner) => write!(f, "[{inner}]"),
            Self::NonNull(inner) => write!(f, "{inner}!"),
        }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.ty)?;
        self.default.map_or(Ok(()), |default| write!(f, " = {default}"))
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const BUILT_IN: [&str; 4] = ["ID", "String", "Int", "Boolean"];
        for ty in self.types.iter().filter(|ty| !BUILT_IN.contains(&ty.name.as_str())) {
            match &ty.kind {
                TypeKind::Scalar => writeln!(f, "scalar {}\n", ty.name)?,
                TypeKind::Enum(values) => {
                    writeln!(f, "enum {} {{\n  {}\n}}\n", ty.name, values.join("\n  "))?;
                }
                TypeKind::Input(members) => {
                    writeln!(f, "input {} {{", ty.name)?;
                    members.iter().try_for_each(|member| writeln!(f, "  {member}"))?;
                    writeln!(f, "}}\n")?;
                }
                TypeKind::Object(fields) => {
                    writeln!(f, "type {} {{", ty.name)?;
                    for field in fields {
                        write!(f, "  {}", field.name)?;
                        let arguments: Vec<_> =
                            field.arguments.iter().map(ToString::to_string).collect();
                        if !arguments.is_empty() {
                            write!(f, "({})", arguments.join(", "))?;
                        }
                        writeln!(f, ": {}", field.ty)?;
                    }
                    writeln!(f, "}}\n")?;
                }
            }
        }
        Ok(())
    }
}
