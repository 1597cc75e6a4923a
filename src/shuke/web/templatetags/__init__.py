"""Tags and filters of the pages: `shuke` (values and icons), `components` (parts), `charts`."""
