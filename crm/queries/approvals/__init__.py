"""What approvers and claimants read of approvals: what waits, the way of a document, its facts."""
