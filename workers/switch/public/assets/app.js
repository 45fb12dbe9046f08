// Portico's one script. Everything works without it; it only makes things quicker. data-copy data-dialog data-slug-check data-unsaved portico-theme
