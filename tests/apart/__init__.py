"""Programs beside the tests, with a site of their own, in processes that may be killed."""
