"""Files that people take away: what they hold, and how they are written as CSV and for Excel."""
