"""Room for terminals in the pipeline."""

from beidou_svc.pipeline.runner import Pipeline


def test_room_is_made_ahead_of_need() -> None:
    """It copies what is known of all terminals, between two ticks."""
    pipeline, rooms = Pipeline(capacity=8), []
    for terminals in range(1, 2_001):
        pipeline.ensure_capacity(terminals)
        rooms.append(len(pipeline.sentences))
        assert len(pipeline.sentences) == len(pipeline.families) == len(pipeline.positioning.epochs) >= terminals
    assert len(set(rooms)) < 60
    assert rooms[-1] < 2_500
