"""The register: who is a member, why, and until when."""
