"""Many runs: where they are carried out, and what becomes of them when something dies."""
