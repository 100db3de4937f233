"""What several test files share: servers, samples and checks."""
