"""What happened, published once, heard by many."""
