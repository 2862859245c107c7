"""What each BPMN element does with a token: the library's spec classes with our semantics."""
