"""How fast the product is, beside the plain tools it stands on, in the same run."""

import os

# As the product's settings have it, for the baselines too.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
