//! Properties and cases of the fold.
