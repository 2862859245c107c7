"""Registration by staff: at the window, on the telephone, from another hotline's sheet."""
