"""What people see, described once with every label and number decided; renderers only place it."""
