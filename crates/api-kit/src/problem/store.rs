//! What a failure of the store means to a client.

use store::StoreError;

use super::Problem;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.retryable() {
            tracing::warn!(error = &error as &dyn std::error::Error, "the store did not answer");
            return Self::unavailable(
                "STORE_UNAVAILABLE",
                "the database does not answer; try again in a moment",
            );
        }
        if let StoreError::HistoryGone { .. } = error {
            return Self::unprocessable("HISTORY_GONE", error.to_string());
        }
        if let StoreError::TooMuch { .. } = error {
            return Self::unprocessable("TOO_MUCH", error.to_string());
        }
        tracing::error!(error = &error as &dyn std::error::Error, "a read of the store failed");
        Self::internal()
    }
}
