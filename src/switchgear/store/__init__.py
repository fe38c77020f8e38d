"""The truth: tables, migrations and one module an aggregate, on SQLite and PostgreSQL."""
