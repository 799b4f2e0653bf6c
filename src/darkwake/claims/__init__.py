"""Articles -> who said what, through whom, and how many origins that makes."""
