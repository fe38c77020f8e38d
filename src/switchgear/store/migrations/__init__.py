"""Alembic's environment and the migrations, packaged with the product: one set for both engines."""
