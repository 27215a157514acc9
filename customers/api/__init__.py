"""What the REST API says of customers, what they did, where, and of imports."""
