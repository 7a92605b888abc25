"""The maximum of the likelihood: passes over the rows, Newton's method, digits, and the certificate at the end."""
