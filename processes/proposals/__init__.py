"""建议提案: appeals that become suggestions of deputies or CPPCC proposals."""
