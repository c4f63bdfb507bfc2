"""HTTP and memory. What is right is decided in `casework`; here requests are answered and rows are kept."""
