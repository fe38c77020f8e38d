"""What the admin API takes and answers, one module a resource."""
