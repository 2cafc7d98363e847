"""What labelled films of a site teach about reading scores there, and what that is worth."""
