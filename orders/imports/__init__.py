"""Many deliveries from a file: CSV, XLSX or ODS."""
