"""Running the notebooks: plan, execute by papermill, publish a whole set or nothing."""
