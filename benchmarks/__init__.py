"""How fast the product is, beside the plain tools it stands on, in the same run."""
