"""What people do with the work of a day. One file per family of verbs; see each for its refusals."""
