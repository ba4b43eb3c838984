"""What people see: events and errors as text. Only stderr; stdout belongs to results."""
