default_scope = 'mmaction'
default_hooks = dict(
    runtime_info=dict(type='RuntimeInfoHook'),
    logger=dict(type='LoggerHook', interval=20, ignore_last=False),
    checkpoint=dict(type='CheckpointHook', interval=1, save_best='auto'))
env_cfg = dict(cudnn_benchmark=False, dist_cfg=dict(backend='nccl'))
log_level = 'INFO'
load_from = None
resume = False
