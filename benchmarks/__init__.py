"""How fast is the library, and how much memory does it take, beside the same job done by hand?

See README.md in this folder. Nothing here is part of the installed package.
"""
