"""One file a format of articles: each turns a file's bytes into words, pieces and facts."""
