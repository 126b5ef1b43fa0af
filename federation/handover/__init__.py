"""One co-op does a delivery of another: offer and answer, custody, what happened, and what is owed."""
