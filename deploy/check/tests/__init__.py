"""What the checks have to refuse: each test breaks one thing that is right."""
